/** The tutorial shows the files of `examples/library` as they are, and all of its two contexts. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeBlocks } from './documentation/code-blocks.ts';
import { readSourceTree } from './tree/source-tree.ts';

const root = join(import.meta.dirname, '..');
const library = join(root, 'examples', 'library');
const page = readFileSync(join(root, 'docs', 'tutorial.md'), 'utf8');
const shown = codeBlocks(page).filter(({ path }) => existsSync(join(library, path)));

for (const { path, line, code } of shown) {
  test(`the tutorial's ${path} at line ${line} is that of the example`, () => {
    const lines = code.split('\n').slice(1).join('\n');
    const file = readFileSync(join(library, path), 'utf8');

    // What the file says of itself in front, the page says in its own words.
    assert.equal(lines, lines.startsWith('/**') ? file : file.replace(/^\/\*\*[^]*?\*\/\n/, ''));
  });
}

test('every file of the two contexts stands in the tutorial', () => {
  const files = readSourceTree(root, ['examples/library/lending', 'examples/library/notices'])
    .map(({ path }) => path.replace('examples/library/', ''))
    .filter((path) => !path.endsWith('.test.ts'));

  assert.ok(files.length > 10);
  for (const path of files)
    assert.ok(
      shown.some((block) => block.path === path),
      `${path} is missing`,
    );
});

test('the tree in the tutorial is the one that npm run library draws', () => {
  const told = readFileSync(join(library, 'story', 'expected.txt'), 'utf8').split('\n');
  const tree = /\$ npx thereupon trace [^]*?\n\n([^]*?)\n```/.exec(page)?.[1]?.split('\n') ?? [];

  assert.ok(tree.length > 10);
  for (const line of tree) {
    const beginning = line.replace(/\s*…$/, '');
    assert.ok(
      told.some((drawn) => drawn.startsWith(beginning)),
      line,
    );
  }
});
