/** The numbers in `docs/limits.md` are those of the sources. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'limits.md'), 'utf8');
const rows = page.split('\n').flatMap((line) => {
  const found = /^\|[^|]*\|\s*([\d,]+)\s*\|.*`([\w/-]+\.ts)` `([A-Z_]+)`\s*\|$/.exec(line);
  return found === null
    ? []
    : [{ bound: found[1] ?? '', path: found[2] ?? '', name: found[3] ?? '' }];
});

test('docs/limits.md has rows that name where their bound stands', () => {
  assert.ok(rows.length >= 15, `${rows.length} rows were found`);
  assert.equal(rows.length, page.split('\n').filter((line) => /\.ts` `/.test(line)).length);
});

for (const { bound, path, name } of rows) {
  test(`${name} of ${path} is ${bound}`, () => {
    const source = readFileSync(join(root, 'src', path), 'utf8');
    const value = new RegExp(`^(?:export )?const ${name} = ([\\d_]+);`, 'm').exec(source)?.[1];

    assert.equal(value?.replaceAll('_', ''), bound.replaceAll(',', ''));
  });
}
