/**
 * Each canary is a few lines of the real thing, and is found. How many seeds it takes is told by
 * `npm run simulate -- --canaries`; here each is looked for once.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brokenBy } from './break-sources.ts';
import { allCanaries, lookFor } from './run-canaries.ts';

const root = join(import.meta.dirname, '../..');
const LINES_MAX = 20;
const canaries = await allCanaries();

test('there is a canary for everything that the simulator must not overlook', () => {
  assert.ok(canaries.length >= 10);
});

for (const canary of canaries) {
  test(`found: ${canary.name}`, async () => {
    for (const each of canary.breaks ?? []) {
      const source = readFileSync(join(root, each.file), 'utf8');
      assert.notEqual(brokenBy(source, each), source);
      assert.ok(each.to.split('\n').length < LINES_MAX);
    }

    const { needed, found } = await lookFor(canary, { trials: 1, from: 1 });

    assert.notEqual(needed[0], undefined);
    assert.notEqual(found, undefined);
  });
}
