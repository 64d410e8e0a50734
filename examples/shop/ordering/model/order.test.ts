import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Order, OrderCommand, OrderEvent } from './order-language.ts';
import { decide, evolve, initial } from './order.ts';

const orderId = '536365';
const cup = { productId: '85123A', quantity: 6, unitPriceMils: 2550 };
const place: Extract<OrderCommand, { type: 'PlaceOrder' }> = {
  type: 'PlaceOrder',
  data: {
    orderId,
    customerId: '17850',
    name: 'Ada',
    address: '1 High Street',
    country: 'United Kingdom',
    lines: [cup, { productId: '71053', quantity: 3, unitPriceMils: 3395 }],
    charges: [{ code: 'POST', amountPence: 1800 }],
  },
};
const confirm: OrderCommand = { type: 'ConfirmOrder', data: { orderId } };
const cancel: OrderCommand = { type: 'CancelOrder', data: { orderId, reason: 'customer' } };
const noStock: OrderCommand = { type: 'CancelOrder', data: { orderId, reason: 'stock' } };
const unpaid: OrderCommand = { type: 'CancelUnpaid', data: { orderId } };
const stopped: OrderCommand = { type: 'MarkShipmentStopped', data: { orderId } };
const shipped: OrderCommand = { type: 'MarkShipped', data: { orderId } };

test('an order is the sum of its lines, each rounded once, and its charges', () => {
  const [placed] = decide(place, initial);

  assert.equal(placed?.type, 'OrderPlaced');
  assert.deepEqual(
    placed.data.lines.map((line) => line.amountPence),
    [1530, 1019],
  );
  assert.equal(placed.data.totalPence, 1530 + 1019 + 1800);
});

test('codes are kept in upper case, and what is no goods is a charge', () => {
  const order = orderOf([
    { ...cup, productId: ' 85123a' },
    { productId: 'gift_0001_20', quantity: 1, unitPriceMils: 20_000 },
  ]);

  assert.deepEqual(
    order.lines.map((line) => line.productId),
    ['85123A'],
  );
  assert.deepEqual(order.charges, [{ code: 'GIFT_0001_20', amountPence: 2000 }]);
});

test('an order worth nothing is refused', () => {
  assert.throws(() => orderOf([{ ...cup, unitPriceMils: 0 }]), { code: 'order-worth-nothing' });
});

test('quantities below one and fractions of a unit are refused', () => {
  for (const quantity of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => orderOf([{ ...cup, quantity }]), { code: 'number-not-valid' });
  }
});

test('when its time to pay is over an order is cancelled, unless it is paid or cancelled already', () => {
  const ended = [
    [place, confirm],
    [place, confirm, cancel],
    [place, cancel],
  ] as const;

  assert.deepEqual(decide(unpaid, after(place)), [
    { type: 'OrderCancelled', data: { orderId, reason: 'payment' } },
  ]);
  for (const commands of ended) assert.deepEqual(decide(unpaid, after(...commands)), []);
});

test('the same order placed again changes nothing, another one under its number is refused', () => {
  const order = after(place);
  const different: OrderCommand = { type: 'PlaceOrder', data: { ...place.data, lines: [cup] } };

  assert.deepEqual(decide(place, order), []);
  assert.throws(() => decide(different, order), { code: 'order-placed-differently' });
});

test('nothing can be done with an order that was never placed', () => {
  for (const command of [confirm, cancel, stopped, shipped, giveBack('C1', 1)]) {
    assert.throws(() => decide(command, initial), { code: 'order-unknown' });
  }
});

test('an order without stock is cancelled, and not confirmed afterwards', () => {
  const order = after(place, noStock);

  assert.equal(order.status, 'cancelled');
  assert.throws(() => decide(confirm, order), { code: 'order-cancelled' });
  assert.throws(() => decide(shipped, order), { code: 'order-cancelled' });
});

test('a confirmed order says what it takes to send it', () => {
  const [event] = decide(confirm, after(place));

  assert.deepEqual(event, {
    type: 'OrderConfirmed',
    data: { orderId, customerId: '17850', country: 'United Kingdom', units: 9 },
  });
});

test('a confirmed order is cancelled only when the warehouse says that the parcel stays', () => {
  assert.equal(after(place, confirm, cancel).status, 'cancelling');
  assert.equal(after(place, confirm, cancel, stopped).status, 'cancelled');
  assert.equal(after(place, confirm, cancel, shipped).status, 'shipped');
});

test('an order is not shipped before it is confirmed, nor cancelled after it was shipped', () => {
  assert.throws(() => decide(shipped, after(place)), { code: 'order-not-confirmed' });
  assert.throws(() => decide(cancel, after(place, confirm, shipped)), {
    code: 'order-already-shipped',
  });
});

test('a confirmed order is not cancelled for want of stock', () => {
  assert.throws(() => decide(noStock, after(place, confirm)), { code: 'order-already-confirmed' });
});

test('goods come back from confirmed and shipped orders, not from others', () => {
  assert.equal(decide(giveBack('C1', 1), after(place, confirm)).length, 1);
  assert.equal(decide(giveBack('C1', 1), after(place, confirm, shipped)).length, 1);
  assert.throws(() => decide(giveBack('C1', 1), after(place)), { code: 'order-not-confirmed' });
  assert.throws(() => decide(giveBack('C1', 1), after(place, cancel)), { code: 'order-cancelled' });
});

test('an order of which goods came back is not cancelled', () => {
  const order = after(place, confirm, giveBack('C1', 1));

  assert.throws(() => decide(cancel, order), { code: 'order-goods-returned' });
});

test('the same return again returns nothing twice', () => {
  assert.deepEqual(decide(giveBack('C1', 6), after(place, confirm, giveBack('C1', 6))), []);
});

test('whatever is asked in whatever order, an order never leaves its end', () => {
  const command = fc.constantFrom(place, confirm, cancel, noStock, unpaid, stopped, shipped);

  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      let order = initial;
      let end: string | undefined;
      for (const each of [place, ...commands]) {
        order = apply(order, each);
        if (end !== undefined) assert.equal(order.status, end);
        if (order.status === 'cancelled' || order.status === 'shipped') end = order.status;
      }
      // What is still open ends when the warehouse and the payment have answered.
      for (const each of [stopped, confirm, shipped]) order = apply(order, each);
      assert.ok(order.status === 'cancelled' || order.status === 'shipped');
    }),
  );
});

test('a command that was applied changes nothing when it comes again', () => {
  const command = fc.constantFrom(place, confirm, cancel, shipped, giveBack('C1', 2));

  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), command, (commands, last) => {
      const order = commands.reduce(apply, apply(initial, place));
      const events = eventsOrRefusal(order, last);
      if (events === 'refused') return;
      assert.deepEqual(decide(last, events.reduce(evolve, order)), []);
    }),
  );
});

function giveBack(returnId: string, quantity: number): OrderCommand {
  return {
    type: 'ReturnGoods',
    data: { orderId, returnId, lines: [{ productId: cup.productId, quantity }] },
  };
}

function orderOf(lines: readonly (typeof cup)[]): Order {
  return after({ type: 'PlaceOrder', data: { ...place.data, lines, charges: [] } });
}

function after(...commands: OrderCommand[]): Order {
  return commands.reduce((order, command) => decide(command, order).reduce(evolve, order), initial);
}

function apply(order: Order, command: OrderCommand): Order {
  const events = eventsOrRefusal(order, command);
  return events === 'refused' ? order : events.reduce(evolve, order);
}

function eventsOrRefusal(order: Order, command: OrderCommand): OrderEvent[] | 'refused' {
  try {
    return decide(command, order);
  } catch (refusal) {
    assert.equal((refusal as Error).name, 'OrderingRefusedError');
    return 'refused';
  }
}
