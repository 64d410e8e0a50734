/** What is held of a log in memory is bounded by its size, not only by the number of its records. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const program = join(import.meta.dirname, 'fixtures', 'large-records.ts');

test('a log of 90 MB is written, read and taken in with a heap of 64 MB', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-large-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));

  const ended = spawnSync(
    process.execPath,
    [
      '--conditions=thereupon-source',
      '--no-warnings',
      '--max-old-space-size=64',
      program,
      directory,
      '90',
    ],
    { encoding: 'utf8', timeout: 120_000 },
  );

  assert.equal(ended.stderr, '');
  assert.equal(ended.stdout, '180 seen\n');
});
