import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide, evolve, initial, refundablePence } from './payment.ts';
import type { Payment, PaymentCommand, PaymentEvent } from './payment.ts';

const orderId = '536365';
const due: PaymentCommand = { type: 'AmountDue', data: { orderId, amountPence: 13912 } };
const request: PaymentCommand = { type: 'RequestCharge', data: { orderId } };
const charged: PaymentCommand = { type: 'RecordCharged', data: { orderId, chargeId: 'ch_1' } };
const declined: PaymentCommand = { type: 'RecordDeclined', data: { orderId, reason: 'no funds' } };
const cancel: PaymentCommand = { type: 'CancelPayment', data: { orderId } };

test('the charge is requested when the goods are reserved and the amount is known', () => {
  assert.deepEqual(typesOf(due, request), ['PaymentBecameDue', 'ChargeRequested']);
});

test('it does not matter which of both is heard of first', () => {
  assert.deepEqual(typesOf(request, due), [
    'PaymentCleared',
    'PaymentBecameDue',
    'ChargeRequested',
  ]);
});

test('a payment ends completed or failed, as the gateway says', () => {
  assert.equal(after(due, request, charged).status, 'charged');
  assert.equal(after(due, request, declined).status, 'failed');
  assert.throws(() => decide(charged, after(due, request, declined)), {
    code: 'charge-not-requested',
  });
});

test('an answer of the gateway that nobody waited for is refused', () => {
  const other: PaymentCommand = { type: 'RecordCharged', data: { orderId, chargeId: 'ch_2' } };

  assert.throws(() => decide(charged, after(due)), { code: 'charge-not-requested' });
  assert.throws(() => decide(other, after(due, request, charged)), {
    code: 'charge-not-requested',
  });
  assert.deepEqual(decide(charged, after(due, request, charged)), []);
});

test('an order cancelled before the charge is never charged', () => {
  for (const before of [[], [due], [request]]) {
    assert.deepEqual(
      typesOf(...before, cancel, due, request).filter((type) => type === 'ChargeRequested'),
      [],
    );
    assert.equal(after(...before, cancel, due, request).status, 'waived');
  }
});

test('an order cancelled after the charge is refunded whole, once', () => {
  assert.deepEqual(decide(cancel, after(due, request, charged)), [
    {
      type: 'RefundRequested',
      data: { orderId, refundId: '536365-cancelled', amountPence: 13912, chargeId: 'ch_1' },
    },
  ]);
  assert.deepEqual(decide(cancel, after(due, request, charged, cancel)), []);
});

test('an order cancelled while the gateway is asked is refunded when it turns out charged', () => {
  assert.deepEqual(typesOf(due, request, cancel, cancel, charged), [
    'PaymentBecameDue',
    'ChargeRequested',
    'CancellationNoted',
    'PaymentCompleted',
    'RefundRequested',
  ]);
  assert.equal(after(due, request, cancel, declined).status, 'failed');
});

test('returned goods are refunded once for each return', () => {
  const paid = after(due, request, charged);
  const refunded = after(due, request, charged, goods('C1', 500));

  assert.equal(decide(goods('C1', 500), paid).length, 1);
  assert.deepEqual(decide(goods('C1', 500), refunded), []);
  assert.equal(refundablePence(refunded), 13412);
});

test('goods that were given away come back without a refund', () => {
  assert.deepEqual(decide(goods('C1', 0), after(due, request, charged)), []);
});

test('no refund exceeds what is left of the charge', () => {
  const refunded = after(due, request, charged, goods('C1', 13000));

  assert.throws(() => decide(goods('C2', 913), refunded), { code: 'refund-exceeds-charge' });
  assert.throws(() => decide(goods('C2', 1), after(due, request)), {
    code: 'refund-exceeds-charge',
  });
});

test('a refund is recorded once, and only when it was requested', () => {
  const record: PaymentCommand = {
    type: 'RecordRefunded',
    data: { orderId, refundId: '536365-C1' },
  };
  const refunded = after(due, request, charged, goods('C1', 500));

  assert.deepEqual(decide(record, refunded), [
    {
      type: 'PaymentRefunded',
      data: { orderId, refundId: '536365-C1', amountPence: 500 },
    },
  ]);
  assert.deepEqual(decide(record, after(due, request, charged, goods('C1', 500), record)), []);
  assert.throws(() => decide(record, after(due, request, charged)), { code: 'refund-unknown' });
});

test('another amount for the same order is refused', () => {
  const other: PaymentCommand = { type: 'AmountDue', data: { orderId, amountPence: 1 } };

  assert.deepEqual(decide(due, after(due)), []);
  assert.throws(() => decide(other, after(due)), { code: 'amount-differs' });
});

test('under any commands an order is charged once at most and refunded no more than that', () => {
  const command = fc.oneof(
    fc.constantFrom(due, request, charged, declined, cancel),
    fc
      .tuple(fc.constantFrom('C1', 'C2', 'C3'), fc.integer({ min: -1, max: 14000 }))
      .map(([returnId, amountPence]) => goods(returnId, amountPence)),
  );

  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      let payment = initial;
      const events: PaymentEvent[] = [];
      for (const each of commands) {
        const happened = eventsOrNone(each, payment);
        events.push(...happened);
        payment = happened.reduce(evolve, payment);
      }
      const sum = (type: 'ChargeRequested' | 'PaymentCompleted' | 'RefundRequested'): number =>
        events.reduce((n, event) => (event.type === type ? n + event.data.amountPence : n), 0);
      assert.ok(sum('ChargeRequested') <= 13912);
      assert.ok(sum('PaymentCompleted') <= sum('ChargeRequested'));
      assert.ok(sum('RefundRequested') <= sum('PaymentCompleted'));
      assert.equal(refundablePence(payment), sum('PaymentCompleted') - sum('RefundRequested'));
    }),
    { numRuns: 500 },
  );
});

function goods(returnId: string, amountPence: number): PaymentCommand {
  return { type: 'RefundGoods', data: { orderId, returnId, amountPence } };
}

function after(...commands: PaymentCommand[]): Payment {
  return commands.reduce((state, command) => decide(command, state).reduce(evolve, state), initial);
}

function typesOf(...commands: PaymentCommand[]): string[] {
  let payment = initial;
  return commands.flatMap((command) => {
    const events = decide(command, payment);
    payment = events.reduce(evolve, payment);
    return events.map((event) => event.type);
  });
}

function eventsOrNone(command: PaymentCommand, payment: Payment): PaymentEvent[] {
  try {
    return decide(command, payment);
  } catch (refusal) {
    assert.equal((refusal as Error).name, 'BillingRefusedError');
    return [];
  }
}
