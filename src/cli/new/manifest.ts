import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** This package, the way it is in `src` and in `dist`. */
const PACKAGE = join(import.meta.dirname, '..', '..', '..');

/** Where the files of a new project are. */
export const TEMPLATE = join(PACKAGE, 'template');

/** What the files of the template import, and what checks them. */
const DEPENDENCIES = ['zod'] as const;
const DEVELOPED_WITH = ['@types/node', 'typescript'] as const;

/** A package that is called as one of these could not install it. */
export const INSTALLED: readonly string[] = ['thereupon', ...DEPENDENCIES, ...DEVELOPED_WITH];

/**
 * The `package.json` of a new project. Versions are those that this package is developed with
 * itself: the template is tested with them, and there is one place where they stand.
 */
export function manifestOf(name: string, thereupon: string | undefined): object {
  const { version, engines, devDependencies } = ownManifest();
  const versions = (names: readonly string[]) =>
    Object.fromEntries(names.map((each) => [each, devDependencies[each]]));
  return {
    name,
    private: true,
    type: 'module',
    engines,
    scripts: {
      start: 'node main.ts',
      dev: 'thereupon dev main.ts',
      test: 'node --test',
      types: 'tsc',
      thereupon: 'thereupon',
    },
    dependencies: { thereupon: thereupon ?? `^${version}`, ...versions(DEPENDENCIES) },
    devDependencies: versions(DEVELOPED_WITH),
  };
}

interface OwnManifest {
  readonly version: string;
  readonly engines: object;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function ownManifest(): OwnManifest {
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as OwnManifest;
}
