import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownDocuments } from './known-documents.ts';

test('what was committed is remembered, also that there is none', () => {
  const known = new KnownDocuments();

  known.keep([
    { model: 'm', key: 'a', text: '{"n":1}' },
    { model: 'm', key: 'b', text: null },
  ]);

  assert.equal(known.text('m', 'a'), '{"n":1}');
  assert.equal(known.text('m', 'b'), null);
  assert.equal(known.text('m', 'c'), undefined);
  assert.equal(known.text('other', 'a'), undefined);
});

test('the documents written longest ago are forgotten first, long ones are never kept', () => {
  const known = new KnownDocuments();
  const keep = (key: string, text = '{}') => known.keep([{ model: 'm', key, text }]);
  for (let key = 0; key < 5_000; key += 1) keep(String(key));

  keep('0');
  keep('new');
  keep('2', JSON.stringify('x'.repeat(2_000)));

  assert.equal(known.text('m', '0'), '{}');
  assert.equal(known.text('m', '1'), undefined);
  assert.equal(known.text('m', '2'), undefined);
});
