import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { TimersAhead } from '../inspection/timers-ahead.ts';
import { committed } from '../conformance/log/samples.ts';
import { MINUTE, order, place, shop } from '../process/fixtures/deadlines.ts';
import { handClock } from '../process/fixtures/hand-clock.ts';
import { BUSINESS_TIMERS, RECURRING_TIMERS, timerRow } from '../process/timer-row.ts';
import { start } from '../runtime/fixtures/start.ts';
import { askCommand } from './fixtures/ask-command.ts';
import { type TimersForm, timers, timersCommand } from './timers.ts';

test('timers are listed with the time that is left, those due first first', async (t) => {
  const { shown, clock } = await twoOrders(t);

  const before = await shown({});
  clock.set(clock.now() + 26 * MINUTE);
  const late = await shown({});

  assert.deepEqual(before.split('\n'), [
    '2 timers are set',
    '  2026-05-01T12:30:00.000Z  in 20 min  shop  "payment deadline/PaymentOverdue"  key "o-1"',
    '  2026-05-01T12:40:00.000Z  in 30 min  shop  "payment deadline/PaymentOverdue"  key "o\\n2"',
  ]);
  assert.deepEqual(late.split('\n'), [
    '2 timers are set, 1 overdue',
    '! 2026-05-01T12:30:00.000Z  overdue for 6 min  shop  "payment deadline/PaymentOverdue"  key "o-1"',
    '  2026-05-01T12:40:00.000Z  in 4 min  shop  "payment deadline/PaymentOverdue"  key "o\\n2"',
  ]);
});

test('timers are chosen by process and by key, and a list that was cut says so', async (t) => {
  const { shown } = await twoOrders(t);
  const keysOf = async (form: Partial<TimersForm>) => {
    const ahead = JSON.parse(await shown({ ...form, asJson: true })) as TimersAhead;
    return [ahead.timers.map(({ key }) => key), ahead.isCut];
  };

  assert.deepEqual(await keysOf({ process: 'payment deadline' }), [['o-1', 'o\n2'], false]);
  assert.deepEqual(await keysOf({ process: 'payment deadline', key: 'o\n2' }), [['o\n2'], false]);
  assert.deepEqual(await keysOf({ key: 'o-1' }), [['o-1'], false]);
  assert.deepEqual(await keysOf({ key: 'o-9' }), [[], false]);
  assert.deepEqual(await keysOf({ limit: 1 }), [['o-1'], true]);
  assert.deepEqual(await keysOf({ limit: 1, process: 'payment deadline' }), [['o-1'], true]);
  assert.deepEqual(await keysOf({ limit: 2 }), [['o-1', 'o\n2'], false]);
  assert.match(await shown({ limit: 1 }), /\nThere are more: .*--limit\.$/);
});

test('of a timer by business time nobody knows how long it takes', async (t) => {
  const { shown, log } = await emptyShop(t);
  const set = { id: 'r-1', due: 0, position: 0, correlationId: 'a-1', since: 0 };
  const caused = { causationId: 'r', traceparent: null, metadata: null };
  const hourly = { name: 'hourly', cron: '0 * * * *', timeZone: 'UTC', ifMissed: 'once' as const };
  await committed(log, {
    waiting: [
      timerRow(
        { kind: 'process', process: 'p', timer: 'Late', key: 'k', ...caused },
        { ...set, subscription: BUSINESS_TIMERS },
      ),
      timerRow(
        { kind: 'recurring', ...hourly },
        { ...set, due: 60_000, subscription: RECURRING_TIMERS },
      ),
    ],
  });

  assert.deepEqual((await shown({ clock: { now: () => 30_000 } })).split('\n'), [
    '2 timers are set',
    '  1970-01-01T00:00:00.000Z  by business time  shop  p/Late  key "k"',
    '  1970-01-01T00:01:00.000Z  in 30 s  shop  hourly',
  ]);
});

test('no timers are told from a process that there is not, and from no log', async (t) => {
  const { shown } = await emptyShop(t);
  const form = { limit: 9, asJson: false, width: 80, paint: plain, clock: handClock() };

  assert.equal(await shown({}), 'No timers are set.');
  assert.equal(await shown({ process: 'payment deadline' }), 'No timers are set.');
  await assert.rejects(shown({ process: 'payment dead line' }), {
    code: 'nothing-found',
    message: /no process "payment dead line".*The processes are: "payment deadline"\./,
  });
  await assert.rejects(shown({ context: 'sales' }), { code: 'asked-wrongly' });
  const nowhere = { contexts: [boundedContext('ordering', {})], store: memory() };
  await assert.rejects(timers(nowhere, form), { code: 'nothing-found', message: /no log of/ });
});

test('a timer is fired or cancelled by its id, with a reason, by the application that runs', async (t) => {
  const store = memory();
  const config = { contexts: [shop], store };
  const app = await start(t, [shop], { store });
  await app.handle(order, 'o-1', place('o-1'));
  await app.handle(order, 'o-2', place('o-2'));
  await app.settled();
  const [one, two] = await app.timers();
  const ask = (...words: string[]) => askCommand(timersCommand, config, words);

  const fired = await ask('fire', one?.id ?? '', '--context', 'shop', '--why', 'she has called');
  const cancelled = await ask('cancel', two?.id ?? '', '--why', 'paid in cash', '--json');
  const again = await ask('fire', one?.id ?? '', '--why', 'once more');
  const withoutWhy = await ask('cancel', two?.id ?? '');

  assert.deepEqual(
    [fired.code, fired.out],
    [0, '"PaymentOverdue" of "payment deadline", key "o-1", in shop: it has fired.\n'],
  );
  assert.equal((JSON.parse(cancelled.out) as { state: string }).state, 'done');
  assert.equal(again.code, 3);
  assert.match(again.err, /There is no timer .*: it has fired, or was cancelled\./);
  assert.equal(withoutWhy.code, 2);
  assert.deepEqual(await app.timers(), []);
});

/** Two orders, ten minutes one after the other, each with half an hour to be paid. */
async function twoOrders(t: TestContext) {
  const store = memory();
  const clock = handClock();
  const app = await start(t, [shop], { store, host: { clock } });
  await app.handle(order, 'o-1', place('o-1'));
  await app.settled();
  clock.advance(10 * MINUTE);
  await app.handle(order, 'o-2', place('o\n2'));
  await app.settled();
  return { clock, shown: showing(store, clock) };
}

async function emptyShop(t: TestContext) {
  const store = memory();
  const log = await store.open('shop');
  t.after(() => log.close());
  return { log, shown: showing(store, handClock()) };
}

function showing(store: ReturnType<typeof memory>, clock: Pick<TimersForm['clock'], 'now'>) {
  const width = Number.POSITIVE_INFINITY;
  const usual = { limit: 9, asJson: false, width, paint: plain, clock };
  return (form: Partial<TimersForm>) => timers({ contexts: [shop], store }, { ...usual, ...form });
}

const plain: TimersForm['paint'] = (_style, text) => text;
