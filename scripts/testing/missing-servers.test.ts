/** `npm test` as a person runs it on a machine that has no PostgreSQL. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { services } from '../services/services.ts';

const root = join(import.meta.dirname, '..', '..');
const file = 'scripts/testing/fixtures/sharing-a-server.int.test.ts';

test('a file whose server is missing is skipped with the reason, and how to get it', () => {
  const { output, code } = npmTest([file], {});

  assert.match(output, /^skip .*sharing-a-server/m);
  assert.match(output, /^skipped: .*sharing-a-server.*There is none here.*apt-get install/m);
  assert.match(output, /^0 passed, 0 failed$/m);
  assert.equal(code, 0);
});

test('a file whose server is missing fails where it is required', () => {
  for (const required of ['postgres', 'pgbouncer,postgres', 'all']) {
    const { output, code } = npmTest([file], { THEREUPON_REQUIRE_SERVERS: required });

    assert.match(output, /^FAIL .*sharing-a-server.*\n.*There is none here.*required here/m);
    assert.match(output, /^0 passed, 1 failed$/m);
    assert.equal(code, 1);
  }
});

test('--servers requires all of them', () => {
  const { output } = npmTest(['--servers', file], {});

  assert.match(output, /^0 passed, 1 failed$/m);
});

test('a server that is required and that nobody knows is an error', () => {
  const { output, code } = npmTest([file], { THEREUPON_REQUIRE_SERVERS: 'postgress' });
  const names = services.map(({ name }) => name).join(', ');

  assert.match(output, new RegExp(`names "postgress"; the services are ${names}, or all`));
  assert.equal(code, 1);
});

test('--no-servers leaves the files that need one out', () => {
  const { output } = npmTest(['--no-servers', 'scripts/services'], {});

  assert.match(output, /cached-folder\.test\.ts/);
  assert.doesNotMatch(output, /\.int\.test\.ts/);
});

function npmTest(
  args: readonly string[],
  variables: Record<string, string>,
): { output: string; code: number | null } {
  const command = ['--conditions=thereupon-source', 'scripts/test.ts', ...args];
  // Empty: neither one on this machine nor one that somebody runs.
  const nowhere = { THEREUPON_POSTGRES_BIN: '', THEREUPON_POSTGRES_URL: '' };
  const asked = { THEREUPON_REQUIRE_SERVERS: '', ...nowhere, ...variables };
  const env = { ...process.env, NO_COLOR: '1', ...asked };
  const ended = spawnSync(process.execPath, command, { cwd: root, env, encoding: 'utf8' });
  return { output: ended.stdout + ended.stderr, code: ended.status };
}
