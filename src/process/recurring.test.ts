import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { systemHost } from '../host/host.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { whenever } from '../reaction/whenever.ts';
import { start } from '../runtime/fixtures/start.ts';
import { MINUTE } from './fixtures/deadlines.ts';
import { handClock } from './fixtures/hand-clock.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { fire, recurringRow } from './fire-timer.ts';
import { nextTime } from './recurrence.ts';
import { recurring } from './recurring.ts';

const HOUR = 60 * MINUTE;
const london = { timeZone: 'Europe/London', ifMissed: 'once' } as const;

test('a daily time comes once a day, also when the clocks go back and it comes twice', () => {
  const daily = { name: 'Daily', cron: '30 1 * * *', ...london };

  assert.deepEqual(timesOf(daily, '2011-10-28T12:00:00Z', 4), [
    '2011-10-29T00:30:00.000Z',
    '2011-10-30T00:30:00.000Z', // the first 01:30, in summer time; not the second at 01:30Z
    '2011-10-31T01:30:00.000Z',
    '2011-11-01T01:30:00.000Z',
  ]);
});

test('a daily time that the clocks jump over comes when they jump', () => {
  const daily = { name: 'Daily', cron: '30 1 * * *', ...london };

  assert.deepEqual(timesOf(daily, '2011-03-25T12:00:00Z', 3), [
    '2011-03-26T01:30:00.000Z',
    '2011-03-27T01:00:00.000Z', // 01:30 is not there: 01:00 is followed by 02:00
    '2011-03-28T00:30:00.000Z',
  ]);
});

test('each quarter of an hour goes on by real hours over both changes of the clocks', () => {
  const quarterly = { name: 'Quarter', cron: '*/15 * * * *', ...london };

  for (const from of ['2011-10-29T23:45:00Z', '2011-03-27T00:00:00Z']) {
    const times = timesOf(quarterly, from, 16).map((time) => Date.parse(time));
    const expected = times.map((_, index) => Date.parse(from) + (index + 1) * 15 * MINUTE);
    assert.deepEqual(times, expected);
  }
});

test('what recurs is a record each time, and the beginning of a business action', async (t) => {
  const { seen, app, clock } = await begin(t, { cron: '30 1 * * *' });

  clock.advance(36 * HOUR);
  const { timers } = await app.settled();

  assert.deepEqual(
    seen.map(({ dueAt, missed }) => [dueAt, missed]),
    [['2011-10-29T00:30:00.000Z', 0]],
  );
  assert.deepEqual(
    timers.map(({ kind, owner, due }) => [kind, owner, due]),
    [['recurring', 'NightCame', '2011-10-30T00:30:00.000Z']],
  );
});

test('of times that were missed the latest is made up for, and the others are counted', async (t) => {
  const { seen, again } = await missing(t, 'once');

  assert.deepEqual(seen, [{ dueAt: '2011-10-31T01:30:00.000Z', missed: 2 }]);
  assert.deepEqual(again, ['2011-11-01T01:30:00.000Z']);
});

test('each time that was missed is made up for when that was asked for', async (t) => {
  const { seen, again } = await missing(t, 'each');

  assert.deepEqual(
    seen.map(({ dueAt }) => dueAt),
    ['2011-10-29T00:30:00.000Z', '2011-10-30T00:30:00.000Z', '2011-10-31T01:30:00.000Z'],
  );
  assert.deepEqual(again, ['2011-11-01T01:30:00.000Z']);
});

test('a time that was missed is left out when that was asked for', async (t) => {
  const { seen, again } = await missing(t, 'skip');

  assert.deepEqual(seen, []);
  assert.deepEqual(again, ['2011-11-01T01:30:00.000Z']);
});

test('of very many times that were missed the latest is made up for as well', async (t) => {
  for (const upTo of ['2011-11-07T12:00:00.000Z', '2012-10-28T12:00:00.000Z']) {
    const later = Date.parse(upTo) - Date.parse('2011-10-28T12:00:00.000Z');
    const { seen } = await missing(t, 'once', { cron: '* * * * *', later });

    assert.deepEqual(seen, [{ dueAt: upTo, missed: 1_000 }]);
  }
});

test('each of very many missed times is made up for without working out all the others', () => {
  const each = { name: 'Each', cron: '* * * * * *', timeZone: 'UTC', ifMissed: 'each' } as const;
  const { ids } = systemHost();
  const place = { context: 'library', ids, now: Date.parse('2011-10-28T12:00:00Z') };
  const begin = performance.now();
  let row = recurringRow(each, place.now - 7 * 24 * HOUR, place);
  for (let made = 0; made < 20; made += 1) row = fire(row as WaitingRow, place).next;

  assert.ok(performance.now() - begin < 2_000);
});

test('what waits for years, as the clock once ran ahead, begins anew at the next start', async (t) => {
  const store = memory();
  const nextAt = async (later: number) => {
    const { app } = await begin(t, { cron: '30 1 * * *' }, store, later);
    const [timer] = await app.timers();
    await app.stop();
    return timer?.due;
  };

  const ahead = await nextAt(40 * 365 * 24 * HOUR);
  const again = await nextAt(0);

  assert.equal(ahead, '2051-10-19T00:30:00.000Z');
  assert.equal(again, '2011-10-29T00:30:00.000Z');
});

test('another expression begins anew, and what nobody listens to any more ends', async (t) => {
  const store = memory();
  const first = await begin(t, { cron: '30 1 * * *' }, store);
  const dues = async (app: typeof first.app) =>
    (await app.timers()).map(({ name, due }) => [name, due]);
  const before = await dues(first.app);
  await first.app.stop();

  const changed = await begin(t, { cron: '0 18 * * *' }, store);
  const after = await dues(changed.app);
  await changed.app.stop();
  const gone = await start(t, [boundedContext('library', {})], { store });

  assert.deepEqual(before, [['NightCame', '2011-10-29T00:30:00.000Z']]);
  assert.deepEqual(after, [['NightCame', '2011-10-28T17:00:00.000Z']]);
  assert.deepEqual(await dues(gone), []);
});

/** Times of three nights, or others, come while nothing runs. */
async function missing(
  t: TestContext,
  ifMissed: 'once' | 'each' | 'skip',
  { cron, later } = { cron: '30 1 * * *', later: 72 * HOUR },
) {
  const store = memory();
  const first = await begin(t, { cron, ifMissed }, store);
  await first.app.settled();
  await first.app.stop();
  const { seen, app } = await begin(t, { cron, ifMissed }, store, later);
  const { timers } = await app.settled();
  return { seen, again: timers.map(({ due }) => due) };
}

async function begin(
  t: TestContext,
  expression: { cron: string; ifMissed?: 'once' | 'each' | 'skip' },
  store = memory(),
  later = 0,
) {
  const clock = handClock(Date.parse('2011-10-28T12:00:00.000Z') + later);
  const seen: { dueAt: string; missed: number }[] = [];
  const night = recurring('NightCame', { timeZone: 'Europe/London', ...expression });
  const library = boundedContext('library', {
    reactions: [
      whenever('remind readers', night, (event) => void seen.push(event.data), {
        startFrom: 'beginning',
      }),
    ],
  });
  const app = await start(t, [library], { store, host: { clock } });
  return { app, clock, seen };
}

function timesOf(
  recurrence: Parameters<typeof nextTime>[0],
  from: string,
  count: number,
): readonly string[] {
  const times: string[] = [];
  for (let time = Date.parse(from); times.length < count;) {
    time = nextTime(recurrence, time) ?? Number.NaN;
    times.push(new Date(time).toISOString());
  }
  return times;
}
