import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { backup } from '../adapters/sqlite/backup.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { claimAll, committed, fact, outgoing, waitingRow } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { systemClock } from '../host/clock.ts';
import { openedStore, start, until } from '../runtime/fixtures/start.ts';
import { run } from '../runtime/run.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { lagText } from '../cli/lag-text.ts';
import { order, place, twoContexts } from './fixtures/two-contexts.ts';
import { type Lag, lag } from './lag.ts';
import type { ReaderLag } from './reader-lag.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-lag-'));
after(() => rmSync(folder, { recursive: true }));
const RECORDED_AT = 1_790_000_000_000;

test('only what a subscription wants counts as behind, with the age of the oldest', async () => {
  const { store, contexts } = await scene();
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  await claimAll(log, 'book@1');
  await committed(log, {
    records: [
      fact('order/1', 1, { type: 'OrderSeen' }),
      fact('order/1', 2, { type: 'OrderPlaced', recordedAt: RECORDED_AT }),
      fact('parcel/1', 1, { type: 'OrderPlaced' }),
      fact('order/1', 3, { type: 'OrderPlaced', recordedAt: RECORDED_AT + 5_000 }),
      fact('order/1', 4, { type: 'OrderSeen' }),
    ],
  });
  await log.close();

  const told = await lag({ contexts, store }, { clock: clockAt(RECORDED_AT + 30_000) });

  const reaction = readerOf(told, 'note the order');
  assert.deepEqual(
    [reaction.position, reaction.behind, reaction.isMore, reaction.oldestAgeMs, reaction.level],
    [0, 2, false, 30_000, 'attention'],
  );
});

test('a log of nothing but what is of no interest makes nobody late, wherever their places stand', async () => {
  const { store, contexts } = await scene();
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  await claimAll(log, 'book@1');
  await committed(log, { records: [fact('order/1', 1, { type: 'OrderSeen' })] });
  await log.close();

  const told = await lag({ contexts, store }, { clock: systemClock() });

  const { position, behind, level } = readerOf(told, 'book@1');
  assert.deepEqual([position, behind, level], [0, 0, 'good']);
});

test('what never ran has not started, and what is not listed any more is said to be so', async () => {
  const { store, contexts } = await scene();
  const log = await store.open('ordering');
  await claimAll(log, 'an older reaction');
  await committed(log, { waiting: [waitingRow({ subscription: 'an effect of before' })] });
  await committed(log, { records: [fact('order/1', 1, { type: 'OrderPlaced' })] });
  await log.close();

  const told = await lag({ contexts, store }, { clock: clockAt(RECORDED_AT) });

  const fresh = readerOf(told, 'book@1');
  assert.deepEqual([fresh.state, fresh.position, fresh.behind], ['not-started', null, 1]);
  assert.equal(readerOf(told, 'note the order').state, 'not-started');
  assert.equal(readerOf(told, 'an older reaction').state, 'not-listed');
  const { state, waiting, level } = readerOf(told, 'an effect of before');
  assert.deepEqual([state, waiting, level], ['not-listed', { retry: 1 }, 'attention']);
});

test('a running application is told by process, and rows that wait are counted by kind', async (t) => {
  const { store, contexts, till } = await scene();
  const app = await start(t, contexts, { store });
  till.refused.add('a-1');
  till.offline.add('a-1');
  await app.handle(order, 'a-1', place('a-1'));
  await app.handle(order, 'a-2', place('a-2'));
  await until(async () => {
    const rows = (await app.health()).contexts.find(({ context }) => context === 'billing');
    return rows?.waiting['held'] === 1 && rows.waiting['effect'] === 1;
  });

  const told = await lag({ contexts, store }, { clock: systemClock(), context: 'billing' });

  assert.deepEqual(
    told.contexts.map(({ context, running }) => [context, running.processes?.[0]?.pid]),
    [['billing', process.pid]],
  );
  assert.ok(told.readers.every(({ context }) => context === 'billing'));
  assert.deepEqual(readerOf(told, 'ask for payment').waiting, { held: 1, parked: 1 });
  assert.equal(readerOf(told, 'charge the card').waiting.effect, 1);
});

test('the worst come first: what is late, then what is further behind', async () => {
  const { store, contexts } = await scene();
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  await claimAll(log, 'book@1', 1);
  const placed = (version: number) => fact('order/1', version, { type: 'OrderPlaced' });
  await committed(log, { records: [placed(1), placed(2), placed(3)] });
  await log.close();

  const late = await lag({ contexts, store }, { clock: clockAt(RECORDED_AT + 3_600_000) });

  assert.deepEqual(
    late.readers.slice(0, 2).map(({ name, behind, level }) => [name, behind, level]),
    [
      ['note the order', 3, 'bad'],
      ['book@1', 2, 'bad'],
    ],
  );
  assert.equal(late.readers.at(-1)?.level, 'attention');
});

test('log to log the marks tell how far an intake is, and that its source was restored', async (t) => {
  const { store, contexts, data } = await scene();
  const app = await start(t, contexts, { store });
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  await app.stop();
  await backup(data, `${data}-backup`);
  const again = await start(t, contexts, { store });
  await again.handle(order, 'a-2', place('a-2'));
  await again.settled();
  await again.stop();
  const log = await store.open('ordering');
  await committed(log, { records: [outgoing(), outgoing()] });
  await log.close();

  const behind = await lag({ contexts, store }, { clock: systemClock() });
  copyFileSync(join(`${data}-backup`, 'ordering.sqlite'), join(data, 'ordering.sqlite'));
  const restored = await lag({ contexts, store }, { clock: systemClock() });

  const intake = readerOf(behind, 'intake from ordering');
  assert.deepEqual([intake.kind, intake.state, intake.behind], ['intake', 'started', 2]);
  const after = readerOf(restored, 'intake from ordering');
  assert.deepEqual([after.state, after.behind, after.level], ['restored', null, 'bad']);
});

test('over a broker the relay tells what was not handed over, and ids what was not taken in', async (t) => {
  const { store, contexts } = await scene();
  const backbone = memoryBackbone();
  const config = { contexts, store, backbone };
  const app = await start(t, contexts, config);
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  const settled = await lag(config, { clock: systemClock() });
  backbone.switchOff();
  await app.handle(order, 'a-2', place('a-2'));
  await app.handle(order, 'a-3', place('a-3'));
  const off = await lag(config, { clock: systemClock() });
  await app.stop();
  const log = await store.open('ordering');
  const [relay] = (await log.checkpoints()).filter(({ subscription }) => subscription === 'relay');
  const { subscription, firstSlot, epoch, position } = relay as NonNullable<typeof relay>;
  const move = { subscription, firstSlot, epoch, from: position, to: await log.head() };
  await committed(log, { moves: [move] });
  await log.close();
  const onItsWay = await lag(config, { clock: systemClock() });

  assert.deepEqual(placesOf(settled), { relay: 0, intake: 0 });
  assert.deepEqual(placesOf(off), { relay: 2, intake: 0 });
  assert.deepEqual(placesOf(onItsWay), { relay: 0, intake: 2 });
});

test('timers count as behind only when they are overdue', async () => {
  const { store, contexts } = await scene();
  const log = await store.open('ordering');
  const timer = (recordId: string, due: number) =>
    waitingRow({ subscription: 'timers', kind: 'timer', recordId, key: recordId, due });
  await committed(log, {
    waiting: [timer('past', RECORDED_AT), timer('to come', RECORDED_AT * 2)],
  });
  await log.close();

  const told = await lag({ contexts, store }, { clock: clockAt(RECORDED_AT + 1_000) });

  const { kind, behind, oldestAgeMs, waiting } = readerOf(told, 'timers');
  assert.deepEqual([kind, behind, oldestAgeMs, waiting], ['timers', 1, 1_000, { timer: 2 }]);
});

test('a context that is not there, and logs that are not there, are said to be so', async () => {
  const { store, contexts } = await scene();
  const clock = systemClock();

  await assert.rejects(lag({ contexts, store }, { clock }), { code: 'nothing-found' });
  await assert.rejects(lag({ contexts, store }, { clock, context: 'sales\n' }), {
    code: 'asked-wrongly',
  });
  await (await store.open('ordering')).close();
  const empty = await lag({ contexts, store }, { clock });
  assert.deepEqual(
    empty.contexts.map(({ context, isThere, head }) => [context, isThere, head]),
    [
      ['ordering', true, 0],
      ['billing', false, 0],
    ],
  );
});

test('a store that tells nothing beside its logs is asked only for these', async () => {
  // It passes on what a store must have, and nothing else.
  const store = openedStore(memory());
  const config: ThereuponConfig = { contexts: [boundedContext('ordering', {})], store };
  await store.open('ordering');

  const told = await lag(config, { clock: systemClock() });

  assert.deepEqual(told.contexts[0]?.running, { isShared: false, processes: null });
});

async function scene() {
  const data = mkdtempSync(join(folder, 'data-'));
  return { data, store: sqlite(data), ...twoContexts() };
}

function clockAt(now: number) {
  return { ...systemClock(), now: () => now };
}

function readerOf({ readers }: Lag, name: string): ReaderLag {
  const found = readers.find((reader) => reader.name === name);
  assert.ok(found, `${name} is among ${readers.map((reader) => reader.name).join(', ')}`);
  return found;
}

function placesOf(told: Lag) {
  const intake = readerOf(told, 'intake from ordering').behind;
  return { relay: readerOf(told, 'relay').behind, intake };
}

test('what fails meanwhile is told with whom it fails, also on the command line, until it is done', async (t) => {
  const { contexts, till } = twoContexts();
  const store = memory();
  till.offline.add('1');
  const app = await start(t, contexts, { store });
  await app.handle(order, '1', place('1'));
  await app.handle(order, '2', place('2'));
  const chargesOf = async () =>
    readerOf(await lag({ contexts, store }, { clock: systemClock() }), 'charge the card');
  await until(async () => (await chargesOf()).failing !== null);

  const { failing, level } = await chargesOf();
  const { error, ...about } = failing!;
  const text = lagText(await lag({ contexts, store }, { clock: systemClock() }), {
    width: 400,
    paint: (_, line) => line,
  });

  assert.equal(level, 'attention');
  assert.deepEqual(error, { name: 'Error', code: null, message: 'The terminal is offline.' });
  assert.deepEqual([about.key, about.attempts], ['1', 1]);
  assert.ok(Date.parse(about.due) > Date.parse(about.since));
  assert.match(
    text,
    /\n {2}FAILS: Error: The terminal is offline \(record \S+, tried once, again at 2/,
  );
});

test('of a log that cannot be read it is said why, and all others are told', async () => {
  const { contexts } = twoContexts();
  const directory = mkdtempSync(join(folder, 'broken-'));
  const store = sqlite(directory);
  const app = await run(contexts, { store });
  await app.handle(order, '1', place('1'));
  await app.settled();
  await app.stop();
  const ask = () => lag({ contexts, store }, { clock: systemClock() });

  writeFileSync(join(directory, 'billing.sqlite'), 'This is a letter, and no log.'.repeat(1_000));
  const one = await ask();

  assert.deepEqual(
    one.contexts.map(({ context }) => context),
    ['ordering'],
  );
  assert.deepEqual(
    one.unreadable.map(({ context }) => context),
    ['billing'],
  );
  assert.match(one.unreadable[0]?.why ?? '', /billing/);
  assert.equal(readerOf(one, 'note the order').behind, 0);

  writeFileSync(join(directory, 'ordering.sqlite'), 'Nor is this.'.repeat(1_000));
  await assert.rejects(ask(), /ordering/);
});
