import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { silent } from 'thereupon';
import {
  permissionsAreNotHeld,
  withoutRootsRights,
} from '../../scripts/testing/without-roots-rights.ts';
import { beginAnew } from './begin-anew.ts';
import { acknowledgedFile, bookmarkFile, prepareDirectory, runIdFile } from './data-directory.ts';
import { openShop } from './open-shop.ts';

const directory = mkdtempSync(join(tmpdir(), 'thereupon-data-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('beginning anew removes what the shop wrote and nothing else', async () => {
  const data = join(directory, 'anew');
  const shop = await openShop({ directory: data, logger: silent });
  await shop.close();
  for (const file of [acknowledgedFile(data), bookmarkFile(data), runIdFile(data)])
    writeFileSync(file, '');
  const others = ['ordering.sqlite.bak', 'gateway/notes.txt', 'orders.sqlite'];
  for (const other of others) writeFileSync(join(data, other), 'mine');

  await beginAnew({ directory: data });

  const left = readdirSync(data, { recursive: true }).map(String).toSorted();
  assert.deepEqual(left, ['gateway', ...others].toSorted());
});

test('a directory that is not there is made, with those above it', () => {
  const data = join(directory, 'a', 'b', 'c');

  prepareDirectory(data);
  prepareDirectory(data);

  assert.ok(existsSync(data));
});

test('a place where nothing can be kept is one clear error, and is left as it was', () => {
  const file = join(directory, 'file');
  writeFileSync(file, 'mine');

  for (const data of [file, join(file, 'below', 'it')]) {
    assert.throws(() => prepareDirectory(data), {
      name: 'DataDirectoryError',
      code: 'data-directory-not-usable',
      directory: data,
      message:
        `Nothing can be kept in "${data}": "${file}" is a file. ` +
        'Name another directory with --data DIR.',
    });
  }
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

test(
  'a directory that cannot be written to is one clear line',
  { skip: permissionsAreNotHeld },
  () => {
    const readOnly = join(directory, 'read-only');
    mkdirSync(readOnly);
    chmodSync(readOnly, 0o555);
    const program = join(import.meta.dirname, 'main.ts');
    const node = ['--disable-warning=ExperimentalWarning', '-C', 'thereupon-source'];
    const words = [...node, program, '--data', readOnly, '--port', '0'];
    const { status, stderr } = spawnSync(...withoutRootsRights(process.execPath, words), {
      encoding: 'utf8',
    });
    chmodSync(readOnly, 0o755);

    assert.equal(status, 1);
    assert.match(stderr, /^The shop cannot run: .*you may not write there\..* --data DIR\.\n$/);
  },
);

test(
  'where the system makes no directory for anybody, it is an error and no endless try',
  { skip: process.platform !== 'linux' && 'only Linux has /proc' },
  () => {
    assert.throws(() => prepareDirectory('/proc/none/of/it'), { name: 'DataDirectoryError' });
  },
);
