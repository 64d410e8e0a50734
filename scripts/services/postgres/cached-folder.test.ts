import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { cachedFolder } from './cached-folder.ts';

const name = `test-of-cached-folder-${process.pid}`;
let path = '';
afterEach(() => rmSync(path, { recursive: true, force: true }));

test('a folder is filled once', async () => {
  path = await cachedFolder(name, {}, fillWith('first'));
  const again = await cachedFolder(name, {}, fillWith('second'));

  assert.equal(again, path);
  assert.equal(readFileSync(join(path, 'content'), 'utf8'), 'first');
});

test('two that fill it at once get one whole folder', async () => {
  const bothFill = Promise.withResolvers<void>();
  let filling = 0;
  const fill = async (folder: string): Promise<void> => {
    filling += 1;
    if (filling === 2) bothFill.resolve();
    await bothFill.promise;
    await fillWith('whole')(folder);
  };

  const paths = await Promise.all([cachedFolder(name, {}, fill), cachedFolder(name, {}, fill)]);

  path = paths[0];
  assert.equal(paths[1], path);
  assert.equal(readFileSync(join(path, 'content'), 'utf8'), 'whole');
});

test('a folder that a cleaner of old files has begun to clear is filled anew', async () => {
  path = await cachedFolder(name, {}, fillWith('old'));
  rmSync(join(path, 'complete'));

  await cachedFolder(name, {}, fillWith('new'));

  assert.equal(readFileSync(join(path, 'content'), 'utf8'), 'new');
});

test('a folder whose filling failed is not used', async () => {
  const failing = async (folder: string): Promise<void> => {
    await fillWith('half')(folder);
    throw new Error('disk full');
  };
  await assert.rejects(cachedFolder(name, {}, failing), /disk full/);

  path = await cachedFolder(name, {}, fillWith('whole'));

  assert.equal(readFileSync(join(path, 'content'), 'utf8'), 'whole');
});

function fillWith(content: string): (folder: string) => Promise<void> {
  return async (folder) => writeFileSync(join(folder, 'content'), content);
}
