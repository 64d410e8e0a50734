import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAllOf, matchReturn, refuseAll } from './match-return.ts';
import type { Purchase } from './match-return.ts';

const older = purchase('536365', '2010-12-01T08:26:00Z', 'CUP', 6);
const newer = purchase('540000', '2011-01-04T10:00:00Z', 'CUP', 2);

test('a return is matched to the newest purchase first, then to the ones before', () => {
  const { matched, refused } = matchReturn([{ productId: 'CUP', quantity: 5 }], [older, newer]);

  assert.deepEqual(matched, [
    { orderId: '540000', lines: [{ productId: 'CUP', quantity: 2 }] },
    { orderId: '536365', lines: [{ productId: 'CUP', quantity: 3 }] },
  ]);
  assert.deepEqual(refused, []);
});

test('a return is all of an order when it names its goods and nothing else, on however many lines', () => {
  const cups = { productId: 'CUP', quantity: 6 };
  const bag = { productId: 'BAG', quantity: 1 };
  const halfOfThem = { ...cups, quantity: 3 };

  assert.equal(isAllOf([bag, halfOfThem, halfOfThem], [cups, bag]), true);
  for (const lines of [[cups], [halfOfThem, bag], [cups, bag, { ...bag, productId: 'TRAY' }]]) {
    assert.equal(isAllOf(lines, [cups, bag]), false);
  }
});

test('orders of the same minute are matched by the higher number first', () => {
  const twin = { ...older, orderId: '536366' };
  const line = [{ productId: 'CUP', quantity: 1 }];

  assert.equal(matchReturn(line, [older, twin]).matched[0]?.orderId, '536366');
  assert.equal(matchReturn(line, [twin, older]).matched[0]?.orderId, '536366');
});

test('two lines of one product never take the same unit twice', () => {
  const line = { productId: 'CUP', quantity: 2 };

  assert.deepEqual(matchReturn([line, line], [newer]), {
    matched: [{ orderId: '540000', lines: [line] }],
    refused: [{ ...line, reason: 'bought-fewer' }],
  });
});

test('what was never bought, charges, and all that a guest sends are refused with the reason', () => {
  const lines = [
    { productId: 'BAG', quantity: 1 },
    { productId: 'POST', quantity: 1 },
  ];

  assert.deepEqual(
    matchReturn(lines, [older]).refused.map((line) => line.reason),
    ['never-bought', 'charge'],
  );
  assert.deepEqual(
    refuseAll(lines, 'guest').refused.map((line) => line.reason),
    ['guest', 'guest'],
  );
});

test('each unit is matched or refused, and no order gives more than it has', () => {
  const product = fc.constantFrom('CUP', 'BAG', 'POST');
  const line = fc.record({ productId: product, quantity: fc.integer({ min: 1, max: 9 }) });
  const bought = fc.record({
    orderId: fc.constantFrom('1', '2', '3', '4'),
    placedAt: fc.constantFrom('2010-12-01', '2010-12-02'),
    productId: product,
    quantity: fc.integer({ min: 0, max: 9 }),
  });
  const oneOfEach = { selector: (each: Purchase) => `${each.orderId} ${each.productId}` };

  fc.assert(
    fc.property(fc.array(line), fc.uniqueArray(bought, oneOfEach), (lines, purchases) => {
      const { matched, refused } = matchReturn(lines, purchases);

      for (const productId of ['CUP', 'BAG', 'POST']) {
        const units = (some: readonly { productId: string; quantity: number }[]): number =>
          some.reduce((n, each) => n + (each.productId === productId ? each.quantity : 0), 0);
        const found = matched.reduce((n, order) => n + units(order.lines), 0);
        assert.equal(found + units(refused), units(lines));
        assert.equal(found, Math.min(units(lines), units(purchases)));
        for (const { orderId, lines: taken } of matched) {
          const had = units(purchases.filter((each) => each.orderId === orderId));
          assert.ok(units(taken) <= had);
        }
      }
    }),
  );
});

function purchase(
  orderId: string,
  placedAt: string,
  productId: string,
  quantity: number,
): Purchase {
  return { orderId, placedAt, productId, quantity };
}
