import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { happened } from '../reaction/source.ts';
import { whenever } from '../reaction/whenever.ts';
import { ConfigurationError } from '../runtime/configuration.ts';
import { rejection, start } from '../runtime/fixtures/start.ts';
import { run } from '../runtime/run.ts';
import { order, place } from './fixtures/deadlines.ts';
import { type ProcessManager, processManager } from './process-manager.ts';
import { recurring } from './recurring.ts';

const sound = processManager({
  name: 'sound',
  from: [happened(order, 'OrderPlaced')],
  startedBy: ['OrderPlaced'],
  by: (event) => event.data.orderId,
  timers: ['Late'],
  initial: {},
  evolve: (state) => state,
  react: () => [],
});

test('what is wrong with process managers is told at the start, all of it', async () => {
  const wrong: readonly (readonly [Partial<ProcessManager>, RegExp])[] = [
    [{ name: '' }, /can't be the name of a process manager/],
    [{ name: 'timers' }, /a subscription can't be called "timers"/],
    [{ name: 'recurring' }, /a process manager can't be called "recurring"/],
    [{ timers: ['a/b'] }, /a timer of process manager "sound" has no name/],
    [{ timers: ['Late', 'Late'] }, /has two timers "Late"/],
    [{ timers: ['OrderPlaced'] }, /timer "OrderPlaced" of .* is called as another event/],
    [{ timers: ['CommandRefused'] }, /is called as another event/],
    [{ startedBy: [] }, /nothing starts process manager "sound"/],
    [{ startedBy: ['OrderPaid'] }, /is started by "OrderPaid", which is not among its "from"/],
    [{ time: 'sun' as 'clock' }, /"time" of process manager "sound" is "sun"/],
    [{ stateVersion: 0 }, /has stateVersion 0/],
    [
      { initial: { since: new Date(0) } },
      /initial state of .* "sound" is not JSON: since is a Date/,
    ],
    [{ options: { startFrom: 'then' as 'now' } }, /"startFrom" of process manager "sound"/],
    [{ sources: [undefined as never] }, /number 1 of "what "sound" listens to" is undefined/],
  ];
  for (const [change, expected] of wrong) {
    const context = boundedContext('shop', {
      aggregates: [order],
      processes: [{ ...sound, ...change }],
    });
    const error = await rejection(run([context], { store: memory() }), ConfigurationError);
    assert.match(error.message, expected);
  }
});

test('an aggregate of another context is none that a process can listen to', async () => {
  const context = boundedContext('shop', { processes: [sound] });

  const error = await rejection(run([context], { store: memory() }), ConfigurationError);

  assert.match(error.message, /"sound" uses the aggregate "order"/);
});

test('what is wrong with times that recur is told at the start', async () => {
  const wrong: readonly (readonly [Parameters<typeof recurring>, RegExp])[] = [
    [['Night', { cron: 'every night' }], /"Night" cannot be read: .*; write it as \{ cron:/],
    [['Night', { cron: '61 * * * *' }], /"Night" cannot be read/],
    [['Night', { cron: '? * * * *' }], /"Night" has no cron expression/],
    [['Night', { cron: '0 1 * * *', timeZone: 'Europe/Atlantis' }], /"Night" cannot be read/],
    [['Night', { cron: '0 1 * * *', timeZone: '' }], /"Night" has no time zone/],
    [['Night/Day', { cron: '0 1 * * *' }], /"Night\/Day" can't recur/],
    [['Night', { cron: '0 1 * * *', ifMissed: 'cry' as 'once' }], /"ifMissed" of "Night" is "cry"/],
  ];
  for (const [given, expected] of wrong) {
    const context = boundedContext('shop', {
      reactions: [whenever('look', recurring(...given), () => undefined)],
    });
    const error = await rejection(run([context], { store: memory() }), ConfigurationError);
    assert.match(error.message, expected);
  }
});

test('two times that recur under one name are refused; one that two listen to is not', async (t) => {
  const night = recurring('Night', { cron: '0 1 * * *' });
  const other = recurring('Night', { cron: '0 2 * * *' });
  const shop = (...sources: (typeof night)[]) =>
    boundedContext('shop', {
      reactions: sources.map((source, index) => whenever(`look ${index}`, source, () => undefined)),
    });

  const error = await rejection(run([shop(night, other)], { store: memory() }), ConfigurationError);
  const app = await start(t, [shop(night, night)]);

  assert.match(error.message, /two times that recur are called "Night"/);
  assert.equal((await app.timers()).length, 1);
});

test('a new process manager on a log that is not empty must say where it starts', async (t) => {
  const store = memory();
  const context = (processes: readonly ProcessManager[]) =>
    boundedContext('shop', { aggregates: [order], processes });
  const before = await start(t, [context([])], { store });
  await before.handle(order, 'o-1', place('o-1'));
  await before.stop();

  const error = await rejection(run([context([sound])], { store }), ConfigurationError);
  const fromNow = { ...sound, options: { startFrom: 'now' as const } };
  const app = await start(t, [context([fromNow])], { store });
  await app.handle(order, 'o-2', place('o-2'));
  await app.settled();

  assert.match(error.message, /"sound" is new on a log that is not empty; say startFrom/);
  assert.equal(await app.process(fromNow, 'o-1'), undefined);
  assert.notEqual(await app.process(fromNow, 'o-2'), undefined);
});

function neverRun() {
  const common = {
    name: 'typed',
    from: [happened(order, 'OrderPlaced')],
    by: (event: { data: { orderId: string } }) => event.data.orderId,
    timers: ['Late'],
    initial: { count: 0 },
  } as const;
  processManager({
    ...common,
    // @ts-expect-error -- no event of its sources
    startedBy: ['OrderPaid'],
    evolve: (state) => state,
    // @ts-expect-error -- no timer of its own
    react: (_state, _event, { setTimer }) => [setTimer('Early', { after: '1 day' })],
  });
  processManager({
    ...common,
    startedBy: ['OrderPlaced'],
    // @ts-expect-error -- another state than the initial one
    evolve: () => ({ counted: 1 }),
    // @ts-expect-error -- no duration
    react: (_state, _event, { setTimer }) => [setTimer('Late', { after: 'a day' })],
  });
  processManager({
    ...common,
    startedBy: ['OrderPlaced'],
    evolve: (state) => state,
    // @ts-expect-error -- no command of the aggregate
    react: (_state, _event, { command }) => [command(order, 'o-1', { type: 'Sing', data: {} })],
  });
}
void neverRun;
