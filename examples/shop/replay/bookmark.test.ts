import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Bookmark } from './bookmark.ts';

const directory = mkdtempSync(join(tmpdir(), 'thereupon-bookmark-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const ten = '2010-12-01T10:00:00.000Z';
const eleven = '2010-12-01T11:00:00.000Z';

test('a replay begun again finds how far it came, one of another file does not', () => {
  const path = join(directory, 'found.json');
  const bookmark = new Bookmark(path, 'orders');

  assert.equal(bookmark.isBehind(ten), false);
  bookmark.put(ten);

  const again = new Bookmark(path, 'orders');
  assert.deepEqual([again.isBehind(ten), again.isBehind(eleven)], [true, false]);
  assert.equal(new Bookmark(path, 'others').isBehind(ten), false);
});

test('one that a kill has left empty says nothing, and neither does a removed one', () => {
  const path = join(directory, 'empty.json');
  writeFileSync(path, '');

  const bookmark = new Bookmark(path, 'orders');
  assert.equal(bookmark.isBehind(ten), false);
  bookmark.put(ten);
  bookmark.remove();

  assert.equal(bookmark.isBehind(ten), false);
  assert.equal(existsSync(path), false);
});
