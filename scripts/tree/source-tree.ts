/**
 * The project's source files and what each of them imports, read from the text alone.
 *
 * TypeScript 7 has no compiler API yet, and the graph walkers built on the old one quietly see
 * nothing in it; import statements are regular enough to be read without one. Type imports count:
 * a reader follows them like any other.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: SourceFile;
  /** The path in the tree for a relative import, otherwise the name as it is written. */
  readonly to: string;
  readonly isType: boolean;
}

const skipped = new Set(['node_modules', 'dist', 'data', 'fixtures']);

/** Every TypeScript file below the folders. */
export function readSourceTree(root: string, folders: readonly string[]): SourceFile[] {
  const walk = (folder: string): SourceFile[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const path = posix.join(folder, entry.name);
        if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(path);
        if (!entry.name.endsWith('.ts')) return [];
        return [{ path, text: readFileSync(join(root, path), 'utf8') }];
      });
  return folders.filter((folder) => existsSync(join(root, folder))).flatMap(walk);
}

/** What a file imports and re-exports, `import('…')` included. */
export function importsOf(file: SourceFile): Import[] {
  const code = withoutComments(file.text);
  const statements = /^[ \t]*(?:import|export)\b(\s+type\b)?[^;'"`=]*?\bfrom\s*(['"])(.+?)\2/gm;
  const bare = /^[ \t]*import\s*(['"])(.+?)\1/gm;
  const dynamic = /\bimport\(\s*(['"])(.+?)\1/g;
  return [
    ...[...code.matchAll(statements)].map((found) =>
      toImport(file, found[3] ?? '', found[1] !== undefined),
    ),
    ...[...code.matchAll(bare)].map((found) => toImport(file, found[2] ?? '', false)),
    ...[...code.matchAll(dynamic)].map((found) => toImport(file, found[2] ?? '', false)),
  ];
}

/** Comments become empty. A line is one when it begins like one: `https://` in a string is not. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(^|[ \t])\/\/.*$/gm, '$1');
}

function toImport(from: SourceFile, specifier: string, isType: boolean): Import {
  const isRelative = specifier.startsWith('.');
  const to = isRelative ? posix.join(posix.dirname(from.path), specifier) : specifier;
  return { from, to, isType };
}
