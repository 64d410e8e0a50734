/**
 * Which files hold tests.
 *
 * `x.test.ts` needs nothing and always runs; `x.int.test.ts` needs a server and can be left out.
 * Files that lie in a `fixtures` folder are material for a test, not tests. A folder with a lockfile
 * is a project of its own, which runs its tests itself.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const roots = ['src', 'console', 'examples', 'scripts', 'benchmarks', 'template'];
const skipped = new Set(['node_modules', 'fixtures', 'dist', 'data']);

/** The test files below the given files and folders, sorted; of the whole tree without any. */
export function findTestFiles(
  wanted: readonly string[] = roots.filter((root) => existsSync(root)),
  options: { withServers: boolean; without?: readonly string[] | undefined },
): string[] {
  const without = options.without ?? [];
  for (const path of without) assertThere(path);
  const files = wanted.flatMap((path) => {
    assertThere(path);
    // A file that someone names is meant, whatever it needs.
    if (statSync(path).isFile()) return [path];
    return below(path).filter((file) => options.withServers || !file.endsWith('.int.test.ts'));
  });
  return files.filter((file) => !without.some((path) => isIn(path, file)));
}

function assertThere(path: string): void {
  if (!existsSync(path)) throw new Error(`There is no file or folder "${path}".`);
}

function isIn(path: string, file: string): boolean {
  const way = relative(path, file);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) || isProject(path) ? [] : below(path);
      return entry.name.endsWith('.test.ts') ? [path] : [];
    });
}

function isProject(folder: string): boolean {
  return existsSync(join(folder, 'package-lock.json'));
}
