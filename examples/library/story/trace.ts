/** What one deed caused, by the command `thereupon trace` on the library's data. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Answers with the command's exit code. */
export function traceOf(directory: string, id: string): number {
  const library = join(import.meta.dirname, '..');
  // From its sources, so that nothing must be built: `npx thereupon` is the same program.
  const program = join(library, '..', '..', 'src', 'cli', 'main.ts');
  const words = ['--config', join(library, 'thereupon.config.ts'), 'trace', id];
  const ended = spawnSync(process.execPath, [...process.execArgv, program, ...words], {
    env: { ...process.env, LIBRARY_DATA: directory },
    stdio: 'inherit',
  });
  if (ended.error !== undefined) throw ended.error;
  return ended.status ?? 1;
}
