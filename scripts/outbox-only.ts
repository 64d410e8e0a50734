/**
 * The example `outbox-only` as a stranger has it: the packages of its own lockfile, the package as
 * it is published, a database of its own; type-checked, and tested.
 *
 *     node scripts/outbox-only.ts
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from './pack.ts';
import { runCommand } from './run-command.ts';
import { startPostgres } from './services/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-outbox-only-'));
const server = await startPostgres({ storage: 'memory' });
try {
  const { tarball } = pack(folder);
  const project = join(folder, 'outbox-only');
  cpSync(join(import.meta.dirname, '..', 'examples', 'outbox-only'), project, {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  });
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  runCommand('install the application', project, 'npm', ['ci', ...quiet]);
  const args = ['install', '--no-save', ...quiet, tarball];
  runCommand('install the package beside it', project, 'npm', args);
  process.env['DATABASE_URL'] = await server.createDatabase();
  const printed = runCommand('test the application', project, 'sh', ['-c', 'npm test 2>&1']);
  assert.match(printed, /pass 4\b/, `The four tests were not run:\n${printed}`);
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
