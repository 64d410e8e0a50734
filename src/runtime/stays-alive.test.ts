/** A running application is why its process lives: like a server, from `run` until `stop`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const program = join(import.meta.dirname, 'fixtures', 'idle-application.ts');

for (const store of ['memory', 'sqlite'] as const) {
  test(`on ${store}, settled() waits for a retry when there is nothing else in the process`, (t) => {
    assert.equal(outputOf(t, 'settle', store), 'handled at attempt 2\n');
  });

  test(`on ${store}, a process with an idle application lives until it is stopped, then ends`, (t) => {
    assert.equal(outputOf(t, 'wait', store), 'still alive\nstopped\n');
  });

  test(`on ${store}, an application that could not start keeps no process alive`, (t) => {
    assert.equal(outputOf(t, 'refused', store), 'log-in-use\n');
  });
}

/** What a process of its own printed. It must end by itself, with exit code 0. */
function outputOf(t: TestContext, mode: string, store: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-alive-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const args = ['--conditions=thereupon-source', '--no-warnings', program, mode, store, directory];
  const ended = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(ended.signal, null, 'it had to be killed: something keeps it alive');
  assert.equal(ended.status, 0, ended.stderr);
  return ended.stdout;
}
