import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Order, OrderCommand } from './order-language.ts';
import { decide, evolve, initial } from './order.ts';

const orderId = '536365';

test('a line that comes back in parts is refunded to the penny of what was charged', () => {
  // 3 × 0.335 is 1.005, charged as 1.01.
  let order = confirmed([{ productId: 'CUP', quantity: 3, unitPriceMils: 335 }]);
  const refunds = [];
  for (const returnId of ['C1', 'C2', 'C3']) {
    const [event] = decide(giveBack(returnId, 'CUP', 1), order);
    assert.equal(event?.type, 'GoodsReturned');
    refunds.push(event.data.refundPence);
    order = evolve(order, event);
  }

  assert.deepEqual(refunds, [34, 33, 34]);
  assert.equal(order.totalPence, 101);
});

test('a product on two lines comes back from the first line first, each at its own price', () => {
  const order = confirmed([
    { productId: 'CUP', quantity: 2, unitPriceMils: 1000 },
    { productId: 'BAG', quantity: 1, unitPriceMils: 9000 },
    { productId: 'CUP', quantity: 2, unitPriceMils: 3000 },
  ]);

  const [event] = decide(giveBack('C1', 'cup', 3), order);

  assert.deepEqual(event?.data, {
    orderId,
    returnId: 'C1',
    lines: [
      { lineNumber: 1, productId: 'CUP', quantity: 2, refundPence: 200 },
      { lineNumber: 3, productId: 'CUP', quantity: 1, refundPence: 300 },
    ],
    refundPence: 500,
  });
});

test('no more comes back than was bought, also when one return names a product twice', () => {
  const order = confirmed([{ productId: 'CUP', quantity: 3, unitPriceMils: 1000 }]);
  const lines = [
    { productId: 'CUP', quantity: 2 },
    { productId: 'CUP', quantity: 2 },
  ];
  const twice: OrderCommand = { type: 'ReturnGoods', data: { orderId, returnId: 'C1', lines } };

  assert.throws(() => decide(twice, order), { code: 'more-than-bought' });
  assert.throws(() => decide(giveBack('C1', 'BAG', 1), order), { code: 'more-than-bought' });
});

test('a return of nothing, and of less than a unit, is refused', () => {
  const order = confirmed([{ productId: 'CUP', quantity: 3, unitPriceMils: 1000 }]);
  const nothing: OrderCommand = {
    type: 'ReturnGoods',
    data: { orderId, returnId: 'C1', lines: [] },
  };

  assert.throws(() => decide(nothing, order), { code: 'return-empty' });
  assert.throws(() => decide(giveBack('C1', 'CUP', -1), order), { code: 'number-not-valid' });
});

test('refunds never exceed the price of the goods, and all of them together are exactly it', () => {
  const line = fc.record({
    productId: fc.constantFrom('CUP', 'BAG', 'C'),
    quantity: fc.integer({ min: 1, max: 20 }),
    unitPriceMils: fc.integer({ min: 1, max: 9999 }),
  });
  const part = fc.record({
    productId: fc.constantFrom('CUP', 'BAG', 'C'),
    quantity: fc.integer({ min: 1, max: 15 }),
  });

  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 6 }),
      fc.array(part, { maxLength: 20 }),
      (lines, parts) => {
        fc.pre(lines.some((each) => each.quantity * each.unitPriceMils >= 5));
        let order = confirmed(lines);
        let refunded = 0;
        const returnUpTo = (returnId: string, productId: string, quantity: number): void => {
          const units = Math.min(quantity, notReturned(order, productId));
          if (units === 0) return;
          const [event] = decide(giveBack(returnId, productId, units), order);
          assert.equal(event?.type, 'GoodsReturned');
          for (const each of event.data.lines) assert.ok(each.refundPence >= 0);
          refunded += event.data.refundPence;
          order = evolve(order, event);
        };

        for (const [index, each] of parts.entries()) {
          returnUpTo(`C${index}`, each.productId, each.quantity);
          assert.ok(refunded <= order.totalPence);
        }
        for (const productId of ['CUP', 'BAG', 'C'])
          returnUpTo(`rest ${productId}`, productId, 1e6);
        assert.equal(refunded, order.totalPence);
      },
    ),
  );
});

type Line = { productId: string; quantity: number; unitPriceMils: number };

function confirmed(lines: readonly Line[]): Order {
  const buyer = { customerId: '17850', name: null, address: null, country: 'France' };
  const commands: OrderCommand[] = [
    { type: 'PlaceOrder', data: { orderId, ...buyer, lines, charges: [] } },
    { type: 'ConfirmOrder', data: { orderId } },
  ];
  return commands.reduce((order, command) => decide(command, order).reduce(evolve, order), initial);
}

function giveBack(returnId: string, productId: string, quantity: number): OrderCommand {
  return { type: 'ReturnGoods', data: { orderId, returnId, lines: [{ productId, quantity }] } };
}

function notReturned(order: Order, productId: string): number {
  return order.lines.reduce(
    (units, line, index) =>
      line.productId === productId ? units + line.quantity - (order.returned[index] ?? 0) : units,
    0,
  );
}
