/**
 * What the example `outbox-only` claims of itself: ten added lines, nothing taken away, and the README
 * shows the very difference. That it works is tested by `outbox-only.ts`, with its own packages.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const example = join(root, 'examples', 'outbox-only');
const difference = fenced(readFileSync(join(example, 'README.md'), 'utf8'));
const added = difference.filter((line) => line.startsWith('+'));

test('the README of the example shows how the one file becomes the other', () => {
  assert.deepEqual(sideOf('-'), linesOf('before/shop.ts'));
  assert.deepEqual(sideOf('+'), linesOf('after/shop.ts'));
});

test('at most ten lines are added, of at most 100 characters, and none is taken away', () => {
  assert.ok(added.length <= 10, `${added.length} lines`);
  for (const line of added) assert.ok(line.slice(1).length <= 100, line);
  assert.deepEqual(
    difference.filter((line) => line.startsWith('-')),
    [],
  );
});

test('the README of the project shows the same lines', () => {
  const shown = fenced(readFileSync(join(root, 'README.md'), 'utf8'));

  assert.deepEqual(
    shown.filter((line) => line.startsWith('+') && line !== '+'),
    added.filter((line) => line !== '+'),
  );
});

/** One side of the difference: what both have, and what only this one has. */
function sideOf(mark: '-' | '+'): readonly string[] {
  return difference
    .filter((line) => !line.startsWith(mark === '-' ? '+' : '-'))
    .map((line) => line.slice(1));
}

function linesOf(file: string): readonly string[] {
  return readFileSync(join(example, file), 'utf8').trimEnd().split('\n');
}

/** The lines of a page's one difference. */
function fenced(page: string): readonly string[] {
  const found = /^```diff\n([^]*?)\n```$/m.exec(page)?.[1];
  assert.ok(found, 'there is no fence marked "diff"');
  return found.split('\n');
}
