import assert from 'node:assert/strict';
import type { DocumentQuery, FieldCondition, FieldValue } from '../../log/document-query.ts';
import type { Log } from '../../log/log.ts';
import { committed } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Finding documents by their fields: every operator, every kind of value, every order. */
export const findingDocuments: Scenarios = {
  'documents are found by each operator on numbers': async ({ log }) => {
    await write(log, { a: 1, b: 2, c: 2.5, d: 3, e: -10 });

    assert.deepEqual(await where(log, 'equals', 2), ['b']);
    assert.deepEqual(await where(log, 'in', [3, 1, 99]), ['a', 'd']);
    assert.deepEqual(await where(log, 'above', 2), ['c', 'd']);
    assert.deepEqual(await where(log, 'atLeast', 2), ['b', 'c', 'd']);
    assert.deepEqual(await where(log, 'below', 2), ['a', 'e']);
    assert.deepEqual(await where(log, 'atMost', 2), ['a', 'b', 'e']);
    assert.deepEqual(await where(log, 'in', []), []);
  },

  'documents are found by each operator on text': async ({ log }) => {
    await write(log, { a: 'apple', b: 'b', c: 'B', d: '', e: 'bb' });

    assert.deepEqual(await where(log, 'equals', 'b'), ['b']);
    assert.deepEqual(await where(log, 'equals', ''), ['d']);
    assert.deepEqual(await where(log, 'in', ['bb', 'apple']), ['a', 'e']);
    assert.deepEqual(await where(log, 'above', 'b'), ['e']);
    assert.deepEqual(await where(log, 'atLeast', 'b'), ['b', 'e']);
    assert.deepEqual(await where(log, 'below', 'apple'), ['c', 'd']);
    assert.deepEqual(await where(log, 'atMost', 'apple'), ['a', 'c', 'd']);
  },

  'all conditions must hold': async ({ log }) => {
    await write(log, { a: 1, b: 2, c: 3, d: 4 });

    const found = await log.findDocuments('book', {
      where: [
        { field: 'value', operator: 'above', value: 1 },
        { field: 'value', operator: 'below', value: 4 },
        { field: 'key', operator: 'in', value: ['a', 'c', 'd'] },
      ],
      limit: 10,
    });

    assert.deepEqual(
      found.map(({ key }) => key),
      ['c'],
    );
  },

  'a number is no text: 5 and "5" are found apart': async ({ log }) => {
    await write(log, { number: 5, text: '5' });

    assert.deepEqual(await where(log, 'equals', 5), ['number']);
    assert.deepEqual(await where(log, 'equals', '5'), ['text']);
    assert.deepEqual(await where(log, 'above', 4), ['number']);
    assert.deepEqual(await where(log, 'above', '4'), ['text']);
    assert.deepEqual(await where(log, 'below', '6'), ['text']);
    assert.deepEqual(await where(log, 'below', 6), ['number']);
    assert.deepEqual(await where(log, 'in', [5, '5']), ['number', 'text']);
  },

  'true and false count as 1 and 0': async ({ log }) => {
    await write(log, { yes: true, no: false, one: 1, text: 'true' });

    assert.deepEqual(await where(log, 'equals', true), ['one', 'yes']);
    assert.deepEqual(await where(log, 'equals', 1), ['one', 'yes']);
    assert.deepEqual(await where(log, 'equals', false), ['no']);
    assert.deepEqual(await where(log, 'below', true), ['no']);
    assert.deepEqual(await where(log, 'in', [false, 'true']), ['no', 'text']);
  },

  'a missing field is null, null is equal to null, and neither above nor below anything': async ({
    log,
  }) => {
    await write(log, { null: null, missing: undefined, zero: 0, empty: '' });

    assert.deepEqual(await where(log, 'equals', null), ['missing', 'null']);
    assert.deepEqual(await where(log, 'in', [null, 0]), ['missing', 'null', 'zero']);
    assert.deepEqual(await where(log, 'below', 5), ['zero']);
    assert.deepEqual(await where(log, 'atMost', 'z'), ['empty']);
    for (const operator of ['above', 'atLeast', 'below', 'atMost'] as const) {
      assert.deepEqual(await where(log, operator, null), []);
    }
  },

  'documents without an order come by key, by code point': async ({ log }) => {
    const keys = ['b', 'B', '', 'a10', 'a2', 'é', '\uff01', '🎁', 'a'];
    await log.defineModel('book', ['value']);
    await committed(log, {
      documents: keys.map((key) => ({ model: 'book', key, text: '{}' })),
    });

    const found = await log.findDocuments('book', { where: [], limit: 100 });

    assert.deepEqual(
      found.map(({ key }) => key),
      ['', 'B', 'a', 'a10', 'a2', 'b', 'é', '\uff01', '🎁'],
    );
  },

  'documents are ordered by a field: null, then numbers, then text; ties by key': async ({
    log,
  }) => {
    await write(log, {
      text2: '🎁',
      text1: '\uff01',
      text0: '10',
      number2: 10,
      number1: 9.5,
      number0: -1,
      no: false,
      tieB: 9.5,
      missing: undefined,
      null: null,
    });
    const ascending = ['missing', 'null', 'number0', 'no', 'number1', 'tieB', 'number2'];

    assert.deepEqual(await ordered(log, 'ascending'), [...ascending, 'text0', 'text1', 'text2']);
    assert.deepEqual(await ordered(log, 'descending'), [
      'text2',
      'text1',
      'text0',
      'number2',
      'number1',
      'tieB',
      'no',
      'number0',
      'missing',
      'null',
    ]);
  },

  'no more documents come than the limit, the first by order': async ({ log }) => {
    await write(log, { a: 3, b: 1, c: 2, d: 4 });

    const orderBy = { field: 'value', direction: 'ascending' } as const;
    const two = await log.findDocuments('book', { where: [], orderBy, limit: 2 });
    const none = await log.findDocuments('book', { where: [], limit: 0 });

    assert.deepEqual(
      two.map(({ key }) => key),
      ['b', 'c'],
    );
    assert.deepEqual(none, []);
  },

  'documents are counted by the same conditions': async ({ log }) => {
    await write(log, { a: 1, b: 2, c: 3 });

    assert.equal(await log.countDocuments('book', []), 3);
    assert.equal(await log.countDocuments('book', [condition('above', 1)]), 2);
    assert.equal(await log.countDocuments('book', [condition('in', [])]), 0);
  },

  'what is found follows what is written': async ({ log }) => {
    await write(log, { a: 1, b: 1 });

    await write(log, { a: 2 });
    await committed(log, { documents: [{ model: 'book', key: 'b', text: null }] });

    assert.deepEqual(await where(log, 'equals', 1), []);
    assert.deepEqual(await where(log, 'equals', 2), ['a']);
  },

  'large numbers are found to the last digit': async ({ log }) => {
    const large = Number.MAX_SAFE_INTEGER;
    await write(log, { a: large, b: large - 1, c: -large });

    assert.deepEqual(await where(log, 'equals', large), ['a']);
    assert.deepEqual(await where(log, 'above', large - 2), ['a', 'b']);
    assert.deepEqual(await where(log, 'atMost', -large), ['c']);
  },

  'no document has a field that it was not given': async ({ log }) => {
    await write(log, { a: 1 });
    const inherited = ['constructor', 'toString', '__proto__', 'length'];

    for (const field of inherited) {
      const where: DocumentQuery['where'] = [{ field, operator: 'equals', value: null }];
      assert.equal(await log.countDocuments('book', where), 1, field);
    }
  },
};

/** Documents of the model "book" under these keys, with the field "value". */
async function write(log: Log, values: Record<string, FieldValue | undefined>): Promise<void> {
  await log.defineModel('book', ['value', 'key']);
  await committed(log, {
    documents: Object.entries(values).map(([key, value]) => ({
      model: 'book',
      key,
      text: JSON.stringify({ key, value }),
    })),
  });
}

function condition(operator: FieldCondition['operator'], value: FieldCondition['value']) {
  return { field: 'value', operator, value };
}

async function where(
  log: Log,
  operator: FieldCondition['operator'],
  value: FieldCondition['value'],
): Promise<string[]> {
  const found = await log.findDocuments('book', {
    where: [condition(operator, value)],
    limit: 100,
  });
  return found.map(({ key }) => key);
}

async function ordered(log: Log, direction: 'ascending' | 'descending'): Promise<string[]> {
  const orderBy = { field: 'value', direction };
  const found = await log.findDocuments('book', { where: [], orderBy, limit: 100 });
  return found.map(({ key }) => key);
}
