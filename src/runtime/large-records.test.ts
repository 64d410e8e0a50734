/** What is held of a log in memory is bounded by its size, not only by the number of its records. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const program = join(import.meta.dirname, 'fixtures', 'large-records.ts');

// Some 56 MB are needed; V8 gives up before all of what it was told is used, and how much before
// depends on when it collects.
test('a log of 180 MB is written, read and taken in with a heap of 112 MB', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-large-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));

  const ended = spawnSync(
    process.execPath,
    [
      '--conditions=thereupon-source',
      '--no-warnings',
      '--max-old-space-size=112',
      program,
      directory,
      '180',
    ],
    { encoding: 'utf8', timeout: 120_000 },
  );

  assert.equal(ended.stderr, '');
  assert.equal(ended.stdout, '360 seen\n');
});
