import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Writes programs as a build would leave them: JavaScript files that import each other, in the
 * same folders below `to`. They must stay inside this package to find it by its name.
 */
export function stripTypes(paths: readonly string[], to: string): void {
  for (const path of paths.flatMap(filesOf)) {
    const target = join(to, javaScript(path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, stripped(readFileSync(path, 'utf8')));
  }
}

export function javaScript(path: string): string {
  return path.replace(/\.ts$/, '.js');
}

function stripped(source: string): string {
  return stripTypeScriptTypes(source).replace(
    /(from |import |import\()'(\.[^']*)\.ts'/g,
    "$1'$2.js'",
  );
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(path, file));
}
