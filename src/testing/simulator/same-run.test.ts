/**
 * The same seed is the same run to the byte, on every version of Node that is at hand: the
 * project's own, this one, and those that were fetched to test on.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');
const program = join(import.meta.dirname, 'fixtures/print-hashes.ts');

test('the same seeds give the same histories, run after run and on every Node at hand', async () => {
  const own = await hashesBy(process.execPath);

  assert.ok(own.length >= 20, own.join('\n'));
  assert.equal(new Set(own).size, own.length);
  for (const node of nodes()) assert.deepEqual(await hashesBy(node), own, node);
});

function nodes(): readonly string[] {
  const cache = join(root, '.cache');
  const fetched = existsSync(cache) ? readdirSync(cache) : [];
  const folders = fetched
    .filter((name) => /^node[\d.]+$/.test(name))
    .map((name) => join(cache, name));
  return [root, ...folders]
    .map((folder) => join(folder, 'node_modules/.bin/node'))
    .filter((path) => existsSync(path));
}

async function hashesBy(node: string): Promise<readonly string[]> {
  const options = ['--disable-warning=ExperimentalWarning', '-C', 'thereupon-source', program];
  const { stdout } = await promisify(execFile)(node, options);
  return stdout.trim().split('\n');
}
