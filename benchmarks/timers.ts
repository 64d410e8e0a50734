/**
 * Timers while a great many of them wait: how fast processes set, cancel and hear of them, what all
 * those that wait cost while nothing is due, and how late they fire. The raw limit changes the same
 * rows by hand, in transactions as large as ours, with as many rows waiting and nothing else.
 */
import { boundedContext, contract, processManager, run, silent, type Application } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { z } from 'zod';
import { type Benchmark, type Setting, scaled } from './benchmark.ts';
import { countingStore } from './counting-store.ts';
import { quantile } from './figure.ts';
import { fillTimers } from './fill-timers.ts';
import { RawTimers } from './raw-timers.ts';
import { secondsFor } from './stopwatch.ts';

const Asked = contract('waiting.Asked', {
  version: 1,
  schema: z.object({ id: z.string(), dueAt: z.string() }),
  key: (data) => data.id,
});
const Answered = contract('waiting.Answered', {
  version: 1,
  schema: z.object({ id: z.string() }),
  key: (data) => data.id,
});
const patience = processManager({
  name: 'patience',
  from: [Asked, Answered],
  startedBy: ['waiting.Asked'],
  by: (event) => event.data.id,
  timers: ['PatienceEnded'],
  initial: {},
  evolve: (state) => state,
  react: (_, event, { setTimer, complete }) =>
    event.type === 'waiting.Asked'
      ? [setTimer('PatienceEnded', { at: event.data.dueAt })]
      : [complete()],
});
const waiting = boundedContext('waiting', {
  publishes: [Asked, Answered],
  processes: [patience],
});

/** Published in one transaction. */
const PUBLISHED = 500;
const YEAR_MS = 365 * 86_400_000;

export const timers: Benchmark = {
  name: 'timers',
  about: 'processes and their timers, while a million timers wait',
  async measure(setting) {
    const seen: Seen[] = [];
    for (let one = 0; one < setting.runs; one += 1)
      seen.push(await measureOnce(setting, `${setting.directory}/${one}`));
    const of = (what: keyof Seen): readonly number[] => seen.map((each) => each[what]);
    const events = (metric: string, what: 'set' | 'cancel' | 'fire', raw: keyof Seen) => ({
      metric,
      unit: 'events/s',
      values: of(what),
      raw: of(raw),
    });
    return [
      events('processes started, each with a timer', 'set', 'rawSet'),
      events('processes ended, each timer cancelled', 'cancel', 'rawCancel'),
      events('timers fired, each heard by its process', 'fire', 'rawFire'),
      { metric: 'late by, p50, 100 a second', unit: 'ms', values: of('lateP50') },
      { metric: 'late by, p99, 100 a second', unit: 'ms', values: of('lateP99') },
      { metric: 'asked of the store in an idle minute', unit: 'calls', values: of('calls') },
      { metric: 'CPU of an idle minute', unit: 'ms', values: of('cpuMs') },
    ];
  },
};

type Seen = Readonly<
  Record<
    | 'set'
    | 'cancel'
    | 'fire'
    | 'rawSet'
    | 'rawCancel'
    | 'rawFire'
    | 'lateP50'
    | 'lateP99'
    | 'calls'
    | 'cpuMs',
    number
  >
>;

async function measureOnce(setting: Setting, directory: string): Promise<Seen> {
  const pending = scaled(setting, 1_000_000, 1_000);
  const count = scaled(setting, 20_000, 200);
  setting.progress(`setting ${pending} timers that wait`);
  await fillTimers(sqlite(directory), 'waiting', { count: pending, due: Date.now() + YEAR_MS });
  const counting = countingStore(sqlite(directory));
  const app = await run([waiting], { store: counting.store, logger: silent });
  setting.progress(`setting, cancelling and firing ${count} beside them`);
  const set = await ratePerSecond(app, count, asked('cancelled', YEAR_MS));
  const cancel = await ratePerSecond(app, count, (index) => [
    Answered,
    { id: `cancelled-${index}` },
  ]);
  const fire = await fireRate(app, count);
  setting.progress('firing 100 a second');
  const late = await lateness(app, directory, scaled(setting, 1_000, 20));
  setting.progress('waiting for nothing');
  const idle = await idleMinute(counting.calls, scaled(setting, 20_000, 100));
  await app.stop();
  setting.progress('the same by hand');
  const raw = new RawTimers(`${directory}/raw.sqlite`, pending);
  const byHand = raw.measure(count);
  raw.close();
  return { set, cancel, fire, ...byHand, ...late, ...idle };
}

type Message =
  | readonly [typeof Asked, { id: string; dueAt: string }]
  | readonly [typeof Answered, { id: string }];

function asked(prefix: string, inMs: number): (index: number) => Message {
  const dueAt = new Date(Date.now() + inMs).toISOString();
  return (index) => [Asked, { id: `${prefix}-${index}`, dueAt }];
}

/** What is published while the process manager stands still, and then handled by it. */
async function ratePerSecond(
  app: Application,
  count: number,
  message: (index: number) => Message,
): Promise<number> {
  const byWhom = { who: 'a benchmark', why: 'to measure the handling alone' };
  await app.pause(waiting, patience.name, byWhom);
  for (let first = 0; first < count; first += PUBLISHED)
    await app.transaction(waiting, (tx) => {
      const end = Math.min(count, first + PUBLISHED);
      for (let index = first; index < end; index += 1) {
        const [contract, data] = message(index);
        tx.publish(contract as typeof Answered, data);
      }
    });
  const seconds = await secondsFor(async () => {
    await app.resume(waiting, patience.name, byWhom);
    await app.settled({ timeoutMs: 600_000 });
  });
  return count / seconds;
}

/** All of them are due at one moment: from then until each process has heard of its own. */
async function fireRate(app: Application, count: number): Promise<number> {
  const due = Date.now() + 500 + count;
  const dueAt = new Date(due).toISOString();
  await ratePerSecond(app, count, (index) => [Asked, { id: `fired-${index}`, dueAt }]);
  await new Promise((resolve) => setTimeout(resolve, due - Date.now()));
  const seconds = await secondsFor(() => app.settled({ timeoutMs: 600_000 }));
  return count / seconds;
}

/** From when timers were due to when their records were written. */
async function lateness(app: Application, directory: string, count: number) {
  const first = Date.now() + 1_000;
  await ratePerSecond(app, count, (index) => [
    Asked,
    { id: `late-${index}`, dueAt: new Date(first + 10 * index).toISOString() },
  ]);
  const head = (await app.health()).contexts[0]?.head ?? 0;
  await new Promise((resolve) => setTimeout(resolve, first + 10 * count - Date.now()));
  await app.settled();
  const log = await sqlite(directory).reader('waiting');
  const fired = await log.read({ after: head, limit: count, directions: ['timer'] });
  await log.close();
  if (fired.length < 0.9 * count) throw new Error(`${fired.length} of ${count} timers were seen.`);
  const late = fired.map(({ recordedAt, occurredAt }) => recordedAt - occurredAt);
  return { lateP50: quantile(late, 0.5), lateP99: quantile(late, 0.99) };
}

async function idleMinute(calls: () => number, forMs: number) {
  const callsBefore = calls();
  const cpuBefore = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, forMs));
  const { user, system } = process.cpuUsage(cpuBefore);
  const minutes = forMs / 60_000;
  return { calls: (calls() - callsBefore) / minutes, cpuMs: (user + system) / 1_000 / minutes };
}
