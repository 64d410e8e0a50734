import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const root = join(import.meta.dirname, '..');

/** The package as it would be published. */
export interface Packed {
  readonly tarball: string;
  readonly unpackedSize: number;
  /** Of its files. */
  readonly paths: readonly string[];
}

/** Packs the package into a folder. */
export function pack(folder: string): Packed {
  const args = ['pack', '--json', '--pack-destination', folder];
  const output = runCommand('npm pack', root, 'npm', args);
  // `prepare` may print before it.
  const report = JSON.parse(output.slice(output.indexOf('[\n'))) as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ];
  const [{ filename, unpackedSize, files }] = report;
  return { tarball: join(folder, filename), unpackedSize, paths: files.map(({ path }) => path) };
}
