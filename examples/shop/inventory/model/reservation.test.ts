import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide, evolve, initial, linesByProduct } from './reservation.ts';
import type { Reservation, ReservationCommand, ReservationEvent } from './reservation.ts';

const orderId = '536365';
const lines = [{ productId: '85123A', quantity: 6 }];
const begin: ReservationCommand = { type: 'BeginReservation', data: { orderId } };
const complete: ReservationCommand = { type: 'CompleteReservation', data: { orderId, lines } };
const missing = [{ productId: '85123A', asked: 6, available: 2 }];
const until = '2010-12-15T08:26:00.000Z';
const backOrder: ReservationCommand = {
  type: 'BackOrder',
  data: { orderId, lines, missing, until },
};
const askAgain: ReservationCommand = { type: 'AskAgain', data: { orderId } };
const giveUp: ReservationCommand = { type: 'GiveUp', data: { orderId } };
const release: ReservationCommand = { type: 'ReleaseReservation', data: { orderId } };
const ship: ReservationCommand = { type: 'ShipReservation', data: { orderId } };
const putBack: ReservationCommand = {
  type: 'PutBack',
  data: { orderId, returnId: 'C536379', lines },
};

test('what was reserved is named when it is released and when it is shipped', () => {
  const released = decide(release, after(begin, complete));
  const shipped = decide(ship, after(begin, complete));

  assert.deepEqual(released, [{ type: 'ReservationReleased', data: { orderId, lines } }]);
  assert.deepEqual(shipped, [{ type: 'ReservationShipped', data: { orderId, lines } }]);
});

test('nothing is reserved for an order that was cancelled before', () => {
  const cancelled = after(release);

  assert.deepEqual(decide(begin, cancelled), []);
  assert.throws(() => decide(complete, cancelled), { code: 'reservation-ended' });
});

test('what lacks stock waits, is asked for again, and then reserved or waiting as before', () => {
  const waiting = after(begin, backOrder);
  const asked = after(begin, backOrder, askAgain);
  const later = { ...backOrder.data, missing: [], until: '2011-12-15T08:26:00.000Z' };

  assert.deepEqual(decide(askAgain, waiting), [
    { type: 'ReservationAskedAgain', data: { orderId } },
  ]);
  assert.deepEqual(decide(complete, asked), [{ type: 'StockReserved', data: { orderId, lines } }]);
  assert.deepEqual(decide({ type: 'BackOrder', data: later }, asked), [
    { type: 'GoodsBackOrdered', data: { ...later, until } },
  ]);
});

test('what waits is given up once, with what is missing, and not while it is asked for again', () => {
  assert.deepEqual(decide(giveUp, after(begin, backOrder)), [
    { type: 'StockReservationFailed', data: { orderId, missing } },
  ]);
  assert.deepEqual(decide(giveUp, after(begin, backOrder, askAgain)), []);
  assert.deepEqual(decide(giveUp, after(begin, backOrder, giveUp)), []);
});

test('only what waits is asked for again', () => {
  for (const commands of [[], [begin], [begin, complete], [begin, backOrder, release]]) {
    assert.deepEqual(decide(askAgain, after(...commands)), []);
  }
});

test('what waits or was given up has nothing to give back', () => {
  assert.deepEqual(decide(release, after(begin, backOrder)), [
    { type: 'ReservationReleased', data: { orderId, lines: [] } },
  ]);
  assert.deepEqual(decide(release, after(begin, backOrder, giveUp)), []);
});

test('only what is reserved is shipped, and what has left is not released', () => {
  assert.throws(() => decide(ship, after(begin)), { code: 'reservation-not-made' });
  assert.throws(() => decide(ship, after(begin, backOrder)), { code: 'reservation-not-made' });
  assert.throws(() => decide(ship, after(begin, backOrder, giveUp)), {
    code: 'reservation-ended',
  });
  assert.throws(() => decide(release, after(begin, complete, ship)), {
    code: 'reservation-ended',
  });
});

test('the goods of a return are put back once', () => {
  const shipped = after(begin, complete, ship);

  assert.equal(decide(putBack, shipped).length, 1);
  assert.deepEqual(decide(putBack, after(begin, complete, ship, putBack)), []);
  assert.throws(() => decide(putBack, initial), { code: 'reservation-not-begun' });
});

test('whatever comes in whatever order, an order has all of its lines at most once', () => {
  const command = fc.constantFrom(begin, backOrder, askAgain, complete, giveUp, release, ship);

  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const events: ReservationEvent[] = [];
      let reservation = initial;
      for (const each of commands) {
        const happened = eventsOrNone(each, reservation);
        events.push(...happened);
        reservation = happened.reduce(evolve, reservation);
      }
      const count = (type: ReservationEvent['type']): number =>
        events.filter((event) => event.type === type).length;
      assert.ok(count('StockReserved') + count('StockReservationFailed') <= 1);
      assert.ok(count('ReservationReleased') + count('ReservationShipped') <= 1);
      assert.equal(reservation.backOrder !== null, isWaiting(events));
      const isHeld = reservation.status === 'reserved';
      assert.deepEqual(reservation.lines, isHeld ? lines : []);
    }),
  );
});

test('the lines of one product are gathered, in the order of the first', () => {
  const some = [
    { productId: 'CUP', quantity: 6 },
    { productId: 'BAG', quantity: 1 },
    { productId: 'CUP', quantity: 2 },
  ];

  assert.deepEqual(linesByProduct(some), [
    { productId: 'CUP', quantity: 8 },
    { productId: 'BAG', quantity: 1 },
  ]);
});

/** Waiting, or being asked for again. */
function isWaiting(events: readonly ReservationEvent[]): boolean {
  const last = events.at(-1)?.type;
  return last === 'GoodsBackOrdered' || last === 'ReservationAskedAgain';
}

function after(...commands: ReservationCommand[]): Reservation {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initial);
}

function eventsOrNone(command: ReservationCommand, state: Reservation): ReservationEvent[] {
  try {
    return decide(command, state);
  } catch (refusal) {
    assert.equal((refusal as Error).name, 'InventoryRefusedError');
    return [];
  }
}
