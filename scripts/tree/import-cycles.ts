/**
 * Import cycles: files that cannot be understood one after the other.
 */
import { importsOf, type SourceFile } from './source-tree.ts';

/** Each cycle once, as the files on its way: `a.ts → b.ts → a.ts`. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(
    files.map((file) => [file.path, importsOf(file).map((each) => each.to)] as const),
  );
  const cycles: string[] = [];
  const done = new Set<string>();

  // Depth first; `way` is the chain of imports that led here.
  const visit = (path: string, way: readonly string[]): void => {
    const seenAt = way.indexOf(path);
    if (seenAt !== -1) cycles.push([...way.slice(seenAt), path].join(' → '));
    if (seenAt !== -1 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}
