import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { contract } from '../contract/contract.ts';
import { ContractViolationError } from '../contract/validate.ts';
import { type Duration, InvalidDurationError } from '../message/duration.ts';
import { actions } from '../process/actions.ts';
import { type OrderEvent, order, paymentDeadline } from '../process/fixtures/deadlines.ts';
import { UnknownTimerError } from '../process/open-process.ts';
import { processManager } from '../process/process-manager.ts';
import { happened } from '../reaction/source.ts';
import { ExpectationError } from './expectation-error.ts';
import { given } from './given.ts';

const { command, setTimer, cancelTimer, complete } = actions;
const cancel = (orderId: string) => command(order, orderId, { type: 'Cancel', data: { orderId } });

test('a process manager is given what has happened, told something, and held to what it asks for', () => {
  given(paymentDeadline)
    .when(of('OrderPlaced'))
    .then([setTimer('PaymentOverdue', { after: '30 minutes' })]);
  given(paymentDeadline, [of('OrderPlaced')])
    .when(of('OrderPaid'))
    .then([complete()]);
});

test('the timers fire that come due while time goes by, and no other', () => {
  const placed = given(paymentDeadline, [of('OrderPlaced')]);

  placed.after('29 minutes').thenNothing();
  placed.after('30 minutes').then([cancel('o-1')]);
  placed
    .after('3 days')
    .then([cancel('o-1')])
    .after('3 days')
    .thenNothing();
  given(paymentDeadline, [of('OrderPlaced'), of('OrderPaid')])
    .after('3 days')
    .thenNothing();
});

test('a sentence goes on: what came of it has happened, and time has gone by', () => {
  given(paymentDeadline)
    .when(of('OrderPlaced'))
    .then([setTimer('PaymentOverdue', { after: '30 minutes' })])
    .after('20 minutes')
    .thenNothing()
    .when(of('OrderExtended'))
    .then([setTimer('PaymentOverdue', { after: '30 minutes' })])
    .after('29 minutes')
    .thenNothing()
    .after('1 minute')
    .then([cancel('o-1')]);
});

test('state and timers of the process that was told last can be looked at', () => {
  const placed = given(paymentDeadline, [of('OrderPlaced')]);

  assert.deepEqual(placed.state, { extended: 0 });
  assert.deepEqual(placed.timers, { PaymentOverdue: '2026-01-01T00:30:00.000Z' });
  assert.equal(given(paymentDeadline).state, undefined);
  const paid = placed.when(of('OrderPaid')).then([complete()]);
  assert.equal(paid.state, undefined);
  assert.deepEqual(paid.timers, {});
});

test('an event means nothing to a process that was not started', () => {
  given(paymentDeadline).when(of('OrderPaid')).thenNothing();
  given(paymentDeadline, [of('OrderPlaced')])
    .when(of('OrderPaid', 'o-2'))
    .thenNothing();
});

test('processes of other keys go on beside it, and their timers fire in the order of time', () => {
  const minute = (at: number) => `2026-01-01T00:${at}:00.000Z`;
  given(paymentDeadline, [
    { ...of('OrderPlaced', 'o-2'), recordedAt: minute(10) },
    { ...of('OrderPlaced', 'o-1'), recordedAt: minute(15) },
    { ...of('OrderExtended', 'o-2'), recordedAt: minute(20) },
  ])
    .after('1 hour')
    .then([cancel('o-1'), cancel('o-2')]);
});

test('an event that was recorded later comes after the timers that were due by then', () => {
  const noting = {
    ...paymentDeadline,
    evolve: (state: { extended: number }, { type }: { type: string }) => ({
      extended:
        type === 'PaymentOverdue' ? 10 : state.extended + (type === 'OrderExtended' ? 1 : 0),
    }),
  };
  const extended = { ...of('OrderExtended'), recordedAt: '2026-01-01T01:00:00.000Z' };

  assert.deepEqual(given(noting, [of('OrderPlaced'), extended]).state, { extended: 11 });
});

test('by business time, timers are measured from when it happened', () => {
  const byBusiness = { ...late, time: 'business' as const };
  const placed = { ...of('OrderPlaced'), occurredAt: '2025-12-31T23:50:00.000Z' };

  assert.deepEqual(given(byBusiness, [placed]).timers, { Late: '2026-01-01T00:20:00.000Z' });
});

test('what an aggregate refused is told to the process', () => {
  given(paymentDeadline, [of('OrderPlaced')])
    .when({
      type: 'CommandRefused',
      data: {
        aggregate: 'order',
        id: 'o-1',
        command: { type: 'Cancel', data: {} },
        name: 'OrderPaidError',
        code: 'order-paid',
        message: 'o-1 is paid.',
      },
    })
    .thenNothing();
});

test('a timer that is due at the same time is the same, however it is written', () => {
  const placed = given(paymentDeadline).when(of('OrderPlaced'));

  placed.then([setTimer('PaymentOverdue', { after: '0.5 hours' })]);
  placed.then([setTimer('PaymentOverdue', { at: '2026-01-01T00:30:00.000Z' })]);
});

test('other actions than expected are shown one by one, and field by field', () => {
  const due = given(paymentDeadline, [of('OrderPlaced')]).after('30 minutes');
  const placed = given(paymentDeadline).when(of('OrderPlaced'));

  assert.equal(
    messageOf(() => due.then([cancel('o-2'), cancelTimer('PaymentOverdue')])),
    [
      'Other actions came in 30 minutes than expected:',
      '  ~ command order Cancel',
      '      id: expected "o-2", was "o-1"',
      '      data.orderId: expected "o-2", was "o-1"',
      '  - cancelTimer PaymentOverdue',
      '  (- expected, did not come · + came, was not expected · ~ came, but other)',
    ].join('\n'),
  );
  assert.match(
    messageOf(() => placed.then([])),
    /\n {2}\+ setTimer PaymentOverdue/,
  );
  assert.match(
    messageOf(() => placed.then([setTimer('PaymentOverdue', { after: '1 hour' })])),
    /of "OrderPlaced" .*\n {2}~ setTimer PaymentOverdue\n {6}after: expected "1 hour", was "30 minutes"/,
  );
  assert.match(
    messageOf(() => placed.thenNothing()),
    /Nothing was to come of "OrderPlaced", but this did:\n {2}\+ setTimer PaymentOverdue {"after"/,
  );
});

test('a timer that sets itself again and again is stopped, and named as that', () => {
  const endless = {
    ...late,
    react: () => [setTimer('Late', { after: '1 second' })],
  };

  given(endless, [of('OrderPlaced')])
    .after('3 seconds')
    .then([
      setTimer('Late', { after: '1 second' }),
      setTimer('Late', { after: '1 second' }),
      setTimer('Late', { after: '1 second' }),
    ]);
  assert.match(
    messageOf(() => given(endless, [of('OrderPlaced')]).after('1 week')),
    /10000 timers have fired/,
  );
});

test('what would fail when it runs fails here', () => {
  const Paid = contract('shop.Paid', {
    version: 1,
    schema: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          typeof (value as { id?: unknown }).id === 'string'
            ? { value: value as { id: string } }
            : { issues: [{ message: 'expected text', path: ['id'] }] },
      },
    },
    key: (data) => data.id,
  });
  const wrong = {
    ...late,
    react: () => [actions.publish(Paid, { id: 1 as never })],
  };
  const unknown = {
    ...late,
    react: () => [setTimer('Later', { after: '1 day' })],
  };
  const careless = {
    ...late,
    evolve: (state: { count: number }) => {
      state.count += 1;
      return state;
    },
  };

  assert.throws(() => given(wrong).when(of('OrderPlaced')), ContractViolationError);
  assert.throws(() => given(unknown).when(of('OrderPlaced')), UnknownTimerError);
  assert.throws(() => given(careless).when(of('OrderPlaced')), TypeError);
  assert.throws(() => given(paymentDeadline).after('-3 days'), InvalidDurationError);
  assert.throws(() => given(paymentDeadline).after('3 moons' as Duration), InvalidDurationError);
});

test('only events and actions of the process that is tested compile', () => {
  const other = aggregate({
    name: 'other',
    initial: {},
    decide: (_command: { type: 'Do'; data: {} }) => [],
    evolve: (state: {}, _event: { type: 'Done'; data: {} }) => state,
  });
  function neverRun() {
    // @ts-expect-error -- no such event
    given(paymentDeadline, [{ type: 'OrderLost', data: { orderId: 'o-1' } }]);
    // @ts-expect-error -- other data
    given(paymentDeadline).when({ type: 'OrderPaid', data: {} });
    // @ts-expect-error -- no duration
    given(paymentDeadline).after('3 moons');
    // @ts-expect-error -- no such command
    actions.command(other, 'x', { type: 'Undo', data: {} });
  }

  assert.equal(typeof neverRun, 'function');
});

const late = processManager({
  name: 'late',
  from: [happened(order, 'OrderPlaced')],
  startedBy: ['OrderPlaced'],
  by: (event) => event.data.orderId,
  timers: ['Late'],
  initial: { count: 0 },
  evolve: (state) => state,
  react: (_state, _event, { setTimer: set }) => [set('Late', { after: '30 minutes' })],
});

function of<Type extends OrderEvent['type']>(type: Type, orderId = 'o-1') {
  return { type, data: { orderId } };
}

function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    assert.ok(error instanceof ExpectationError, String(error));
    return error.message;
  }
  return assert.fail('Nothing was thrown.');
}
