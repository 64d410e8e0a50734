import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { page, withTables } from './backbone-promises.ts';

test('the tables of promises are what the backbones and their suite say', async () => {
  const text = readFileSync(page, 'utf8');

  const anew = await withTables(text);

  assert.ok(cells(anew).length > 200, 'the tables are lost');
  assert.deepEqual(
    cells(text),
    cells(anew),
    'Run node -C thereupon-source scripts/documentation/backbone-promises.ts, then npm run format.',
  );
});

/** However wide they are. */
function cells(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|-]*$/.test(line))
    .flatMap((line) => line.split('|').map((cell) => cell.trim()));
}
