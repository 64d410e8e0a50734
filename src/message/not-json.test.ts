import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { whyNotJson } from './not-json.ts';

class Money {
  readonly pence = 1;
}
const circle: { self?: unknown } = {};
circle.self = circle;

const refused: readonly (readonly [unknown, string])[] = [
  [undefined, 'it is undefined'],
  [Number.NaN, 'it is NaN'],
  [{ lines: [{}, {}, {}, { quantity: Number.NaN }] }, 'lines[3].quantity is NaN'],
  [{ total: Number.POSITIVE_INFINITY }, 'total is Infinity'],
  [{ total: Number.NEGATIVE_INFINITY }, 'total is -Infinity'],
  // oxlint-disable-next-line no-sparse-arrays -- this is what is refused
  [{ lines: [1, , 3] }, 'lines[1] is undefined'],
  [[[undefined]], '[0][0] is undefined'],
  [{ count: 1n }, 'count is a bigint'],
  [{ total: () => 1 }, 'total is a function'],
  [{ toJSON: () => 'else' }, 'toJSON is a function'],
  [{ kind: Symbol('kind') }, 'kind is a symbol'],
  [{ at: new Date(0) }, 'at is a Date'],
  [{ 'by id': new Map([[1, 2]]) }, '["by id"] is a Map'],
  [{ tags: new Set([1]) }, 'tags is a Set'],
  [{ price: new Money() }, 'price is a Money'],
  [{ price: Object(7) as unknown }, 'price is a Number'],
  [{ bytes: new Uint8Array(1) }, 'bytes is an Uint8Array'],
  [{ found: Promise.resolve(1) }, 'found is a Promise'],
];

for (const [value, problem] of refused) {
  test(`what JSON would change is told with its path: ${problem}`, () => {
    assert.equal(whyNotJson(value), problem);
  });
}

test('what holds itself is told, and what is nested too deep', () => {
  assert.match(
    whyNotJson(circle) ?? '',
    /^self\.self\.self.*… is nested deeper than 100, or holds/,
  );
});

test('an undefined property, an object without a prototype and one of another realm are plain data', () => {
  const bare = Object.assign(Object.create(null) as object, { a: 1 });
  const foreign = runInNewContext('({ a: [1, { b: null }] })') as unknown;

  for (const value of [{ a: 1, b: undefined }, bare, foreign, null, '', 0, false, [], {}])
    assert.equal(whyNotJson(value), undefined);
});

test('whatever is let through comes back out of JSON as it went in', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: true }), (value) => {
      if (whyNotJson(value) !== undefined) return;
      assert.deepEqual(JSON.parse(JSON.stringify(value)), withoutUndefined(value));
    }),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => whyNotJson(value) === undefined));
});

/** Minus zero is zero, and an undefined property is none: the two things that JSON may change. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, part]) =>
        part === undefined ? [] : [[key, withoutUndefined(part)]],
      ),
    );
  return Object.is(value, -0) ? 0 : value;
}
