import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

test('the story is told as it is written down, and without colours where nobody sees them', () => {
  const words = ['-C', 'thereupon-source', join(import.meta.dirname, 'main.ts')];
  const expected = readFileSync(join(import.meta.dirname, 'story', 'expected.txt'), 'utf8');

  const ended = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: undefined },
  });

  assert.equal(ended.status, 0, ended.stderr);
  assert.deepEqual(ended.stdout.split('\n'), expected.split('\n'));
});
