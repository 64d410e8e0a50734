import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { initialUnits } from './restocking.ts';
import { decide, evolve, initial } from './stock.ts';
import type { Stock, StockCommand, StockEvent } from './stock.ts';

const productId = '85123A';

test('a product asked for the first time gets its initial stock before it is looked at', () => {
  assert.deepEqual(decide(reserve('1', 6), initial), [
    { type: 'InitialStockReceived', data: { productId, quantity: initialUnits } },
    { type: 'UnitsReserved', data: { productId, orderId: '1', quantity: 6, week: 2136 } },
  ]);
});

test('the initial stock is received once', () => {
  const receive: StockCommand = { type: 'ReceiveInitial', data: { productId } };

  assert.equal(after(receive, receive, reserve('1', 6)).available, initialUnits - 6);
});

test('the last unit can be reserved, and not one more', () => {
  const typesOf = (quantity: number): string[] =>
    decide(reserve('1', quantity), initial).map((event) => event.type);

  assert.deepEqual(typesOf(initialUnits), ['InitialStockReceived', 'UnitsReserved']);
  assert.deepEqual(typesOf(initialUnits + 1), ['InitialStockReceived', 'UnitsFellShort']);
});

test('more than is available is not reserved, and is remembered as asked for', () => {
  const stock = after(reserve('1', initialUnits - 1));

  const events = decide(reserve('2', 5), stock);

  assert.deepEqual(events, [
    {
      type: 'UnitsFellShort',
      data: { productId, orderId: '2', asked: 5, available: 1, week: 2136 },
    },
  ]);
  const short = events.reduce(evolve, stock);
  assert.equal(short.available, 1);
  assert.deepEqual(short.demand, [{ week: 2136, asked: initialUnits + 4 }]);
});

test('what was counted when it was asked for first is no demand of another week', () => {
  const again = (quantity: number): StockCommand => ({
    type: 'Reserve',
    data: { productId, orderId: '1', quantity, week: null },
  });
  const short = after(reserve('1', initialUnits + 1));

  assert.deepEqual(apply(short, again(initialUnits + 1)).demand, short.demand);
  assert.deepEqual(apply(short, again(initialUnits)).demand, short.demand);
  assert.equal(apply(short, again(initialUnits)).available, 0);
});

test('reserved units are gone for everybody else, released units are available again', () => {
  assert.equal(after(reserve('1', 6)).available, initialUnits - 6);
  assert.equal(after(reserve('1', 6), release('1', 6)).available, initialUnits);
});

test('an adjustment takes at most what is on hand and not reserved', () => {
  const stock = after(reserve('1', initialUnits - 10));

  assert.deepEqual(decide(adjust(-25), stock), [
    {
      type: 'StockAdjusted',
      data: { productId, adjustmentId: '540010', asked: -25, applied: -10 },
    },
  ]);
  assert.deepEqual(decide(adjust(-25), initial)[0]?.data, {
    productId,
    adjustmentId: '540010',
    asked: -25,
    applied: 0,
  });
});

test('an adjustment that finds goods applies whole', () => {
  assert.equal(after(adjust(25)).available, 25);
});

test('a restock brings the shelf up to twice the busiest week, once for each week', () => {
  const restock: StockCommand = { type: 'Restock', data: { productId, week: 2137 } };
  const stock = after(reserve('1', 400));

  const restocked = after(reserve('1', 400), restock);

  assert.equal(stock.available, initialUnits - 400);
  assert.equal(restocked.available, 800);
  const sold = apply(restocked, reserve('2', 300, 2137));
  assert.deepEqual(decide(restock, sold), []);
  const lateWeek: StockCommand = { type: 'Restock', data: { productId, week: 2136 } };
  assert.deepEqual(decide(lateWeek, sold), []);
});

test('no number of units but a whole one above zero is reserved, released or taken back', () => {
  for (const quantity of [0, -1, 0.5, Number.NaN]) {
    assert.throws(() => decide(reserve('1', quantity), initial), { code: 'number-not-valid' });
    assert.throws(() => decide(release('1', quantity), initial), { code: 'number-not-valid' });
    assert.throws(() => decide(takeBack(quantity), initial), { code: 'number-not-valid' });
  }
});

test('under any commands stock is never below zero and its books balance', () => {
  fc.assert(
    fc.property(fc.array(anyCommand(), { maxLength: 60 }), (commands) => {
      let stock = initial;
      let expected = 0;
      for (const command of commands) {
        for (const event of eventsOrNone(command, stock)) {
          stock = evolve(stock, event);
          expected += movement(event);
          assert.equal(stock.available, expected);
          assert.ok(stock.available >= 0);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('the state stays small however long a product sells', () => {
  let stock = initial;
  for (let order = 0; order < 5000; order += 1) {
    const week = 2136 + Math.floor(order / 50);
    stock = apply(stock, reserve(`${order}`, 3, week));
    stock = apply(stock, { type: 'Restock', data: { productId, week } });
  }

  assert.ok(JSON.stringify(stock).length < 500, JSON.stringify(stock));
});

/** What an event does to the units available. */
function movement(event: StockEvent): number {
  switch (event.type) {
    case 'InitialStockReceived':
    case 'StockRestocked':
    case 'UnitsReleased':
    case 'UnitsTakenBack':
      return event.data.quantity;
    case 'StockAdjusted':
      return event.data.applied;
    case 'UnitsReserved':
      return -event.data.quantity;
    case 'UnitsFellShort':
      return 0;
  }
}

function anyCommand(): fc.Arbitrary<StockCommand> {
  const orderId = fc.constantFrom('1', '2', '3', '4');
  const quantity = fc.integer({ min: -5, max: 2 * initialUnits });
  const week = fc.integer({ min: 2130, max: 2150 });
  return fc.oneof(
    fc.constant<StockCommand>({ type: 'ReceiveInitial', data: { productId } }),
    week.map((each): StockCommand => ({ type: 'Restock', data: { productId, week: each } })),
    fc.tuple(orderId, quantity, week).map((given) => reserve(...given)),
    fc.tuple(orderId, quantity).map((given) => release(...given)),
    quantity.map(takeBack),
    fc.integer({ min: -3 * initialUnits, max: initialUnits }).map(adjust),
  );
}

function reserve(orderId: string, quantity: number, week = 2136): StockCommand {
  return { type: 'Reserve', data: { productId, orderId, quantity, week } };
}

function release(orderId: string, quantity: number): StockCommand {
  return { type: 'Release', data: { productId, orderId, quantity } };
}

function takeBack(quantity: number): StockCommand {
  return { type: 'TakeBack', data: { productId, orderId: '1', returnId: 'C1', quantity } };
}

function adjust(quantity: number): StockCommand {
  return { type: 'Adjust', data: { productId, adjustmentId: '540010', quantity } };
}

function after(...commands: StockCommand[]): Stock {
  return commands.reduce(apply, initial);
}

function apply(stock: Stock, command: StockCommand): Stock {
  return decide(command, stock).reduce(evolve, stock);
}

function eventsOrNone(command: StockCommand, stock: Stock): StockEvent[] {
  try {
    return decide(command, stock);
  } catch (refusal) {
    assert.equal((refusal as Error).name, 'InventoryRefusedError');
    return [];
  }
}
