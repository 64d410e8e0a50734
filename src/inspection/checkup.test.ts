/** Each thing that the doctor looks at is broken once, on a real store, and seen to be named. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { nats } from '../adapters/nats/nats-backbone.ts';
import { mountSmallDisk, whyNoSmallDisk } from '../adapters/postgres/fixtures/small-disk.ts';
import { backup } from '../adapters/sqlite/backup.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { claimAll, committed, fact, outgoing, waitingRow } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { systemClock } from '../host/clock.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import type { RunOptions } from '../runtime/run-options.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type Checkup, checkup } from './checkup.ts';
import { NODE_OLDEST } from './checks/configuration.ts';
import type { CheckName, Finding } from './finding.ts';
import { order, place, twoContexts } from './fixtures/two-contexts.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-checkup-'));
after(() => rmSync(folder, { recursive: true }));
const HOUR_MS = 3_600_000;

test('of an application that runs and is well, each line is good', async (t) => {
  const { config, run } = scene();
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();

  const told = await look(config);

  assert.deepEqual(notGood(told), []);
  assert.equal(told.level, 'good');
  assert.equal(new Set(told.findings.map(({ check }) => check)).size, told.findings.length);
  assert.equal(told.findings.length, 17);
});

test('over a broker, too, and in memory', async (t) => {
  const backbone = memoryBackbone();
  const { contexts } = twoContexts();
  const config = { contexts, store: memory(), backbone };
  const app = await start(t, contexts, config);
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();

  assert.deepEqual(notGood(await look(config)), []);
});

test('configuration: everything that run would refuse is named', async () => {
  const { config, billing } = scene();
  const contexts = [billing, boundedContext('Sales!', {})];

  const found = namedBad(await look({ ...config, contexts }), 'configuration');

  const problems = found.map(({ found: what }) => what).join('\n');
  assert.match(problems, /"Sales!" can't be a context's name/);
  assert.match(problems, /ordering\.OrderPlaced/);
  assert.equal(found.length, 2);
  assert.match(found[0]?.remedy ?? '', /run refuses to start/);
});

test('node: one that is too old is named, and how old it may be is what package.json says', async () => {
  const { config } = scene();
  const manifest = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
  const { engines } = JSON.parse(manifest) as { engines: { node: string } };

  const [found] = namedBad(await look(config, { nodeVersion: '22.17.9' }), 'node');

  assert.match(found?.found ?? '', /22\.17\.9 is too old/);
  assert.equal(engines.node, `>=${NODE_OLDEST.join('.')}`);
  for (const nodeVersion of ['22.18.0', '24.0.0'])
    assert.equal(levelOf(await look(config, { nodeVersion }), 'node'), 'good');
});

test('store: a log that cannot be read is named, and the other checks are made all the same', async () => {
  const { config, store, data } = scene();
  await (await store.open('ordering')).close();
  writeFileSync(join(data, 'billing.sqlite'), 'no database at all'.repeat(1_000));

  const told = await look(config);

  const [found] = namedBad(told, 'store');
  assert.deepEqual(
    [found?.context, /cannot be used as the log/.test(found?.found ?? '')],
    ['billing', true],
  );
  assert.equal(levelOf(told, 'parked'), 'good');
});

test('store: that there is no log at all, or none of one context, wants attention', async () => {
  const { config, store } = scene();

  const none = await look(config);
  await (await store.open('ordering')).close();
  const one = await look(config);

  assert.match(named(none, 'store')[0]?.remedy ?? '', /whether it is the right place/);
  assert.deepEqual(
    named(one, 'store').map(({ context, level }) => [context, level]),
    [['billing', 'attention']],
  );
});

test('starting: what is new on a log with a past, and does not say where it begins, is named', async (t) => {
  const { config, store, ordering } = scene();
  const { reactions: _, ...before } = ordering;
  const app = await start(t, [{ ...before, reactions: [] }], { store });
  await app.handle(order, 'a-1', place('a-1'));
  await app.stop();

  const [found] = namedBad(await look(config), 'starting');

  assert.match(found?.found ?? '', /"note the order" is new .* say startFrom/);
});

test('running: that nobody runs it, or nobody one of its contexts, wants attention', async (t) => {
  const { config, run } = scene();
  const both = await run(t);
  await both.stop();

  const nobody = named(await look(config), 'running');
  await run(t, { only: ['ordering'] });
  const one = named(await look(config), 'running');

  assert.deepEqual(
    nobody.map(({ found }) => found),
    ['Nobody runs the application.'],
  );
  assert.deepEqual(
    one.map(({ context, found }) => [context, found]),
    [['billing', 'Nobody runs billing.']],
  );
});

test('backbone: servers that cannot be reached are named, with what the client says', async () => {
  const { config } = scene();
  const off = memoryBackbone();
  off.switchOff();

  const [refused] = namedBad(
    await look({ ...config, backbone: nats('nats://127.0.0.1:1') }),
    'backbone',
  );
  const [switched] = namedBad(await look({ ...config, backbone: off }), 'backbone');

  assert.match(refused?.found ?? '', /nats cannot be reached.*\(.*refused.*\)/is);
  assert.match(switched?.remedy ?? '', /messages wait in the outbox/);
});

test('backbone: one that does not answer is not waited for', async () => {
  const { config } = scene();
  const backbone = { ...memoryBackbone(), name: 'deaf', probe: () => new Promise<void>(() => {}) };
  const clock = { ...systemClock(), sleep: async () => undefined };

  const [found] = namedBad(
    await checkup({ ...config, backbone }, { clock, nodeVersion: '24.0.0' }),
    'backbone',
  );

  assert.equal(found?.found, 'It does not answer.');
});

test('lag: who is late is named, and what never started', async () => {
  const { config, store } = scene();
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  await committed(log, {
    records: [fact('order/1', 1, { type: 'OrderPlaced', recordedAt: Date.now() })],
  });
  await log.close();

  const now = await look(config);
  const later = await look(config, { aheadMs: HOUR_MS });

  assert.deepEqual(
    named(now, 'lag').map(({ found, level }) => [found, level]),
    [['"book@1" has not started yet.', 'attention']],
  );
  const [late] = namedBad(later, 'lag');
  assert.match(late?.found ?? '', /"note the order" is late: 1 behind, the oldest for 36\d\d s/);
  assert.match(late?.remedy ?? '', /^Start it; then thereupon lag --context ordering/);
});

test('lag: what fails is named with its error, once it lasts, and not at the first try', async (t) => {
  const { config, run, till } = scene();
  till.offline.add('a-1');
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  const found = async (aheadMs: number) =>
    notGood(await look(config, { aheadMs })).filter(({ check }) => check === 'lag');
  await until(async () => (await found(30_000)).length > 0);

  const [lasting] = await found(30_000);

  assert.deepEqual(await found(0), []);
  assert.deepEqual([lasting?.context, lasting?.level], ['billing', 'attention']);
  assert.match(lasting?.found ?? '', /^"charge the card" fails: Error: The terminal is offline \(/);
  assert.match(lasting?.remedy ?? '', /^Mend the cause/);
});

test('outbox: what the relay cannot hand over is named', async (t) => {
  const backbone = memoryBackbone();
  const { config, run } = scene();
  const app = await run(t, { backbone });
  backbone.switchOff();
  await app.handle(order, 'a-1', place('a-1'));

  const told = await look({ ...config, backbone }, { aheadMs: HOUR_MS });

  const [found] = namedBad(told, 'outbox');
  assert.deepEqual(
    [found?.context, /waits in its outbox: 1 behind/.test(found?.found ?? '')],
    ['ordering', true],
  );
});

test('parked: what waits for a person wants attention', async (t) => {
  const { config, run, till } = scene();
  till.refused.add('a-1');
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  await app.handle(order, 'a-2', place('a-2'));
  await until(async () => (await app.parked())[0]?.heldBehind === 1);

  const told = await look(config);

  const [found] = named(told, 'parked');
  assert.equal(found?.found, '1 parked under "ask for payment", 1 held behind them.');
  assert.equal(found.remedy, 'thereupon parked list --context billing');
  assert.equal(told.level, 'attention');
});

test('leftovers: rows of what is not listed any more want attention, whatever it is called', async () => {
  const { config, store } = scene();
  const log = await store.open('ordering');
  await committed(log, {
    waiting: [waitingRow({ subscription: 'evil\n\u001b[31m', kind: 'parked' })],
  });
  await log.close();

  const [found] = named(await look(config), 'leftovers');

  assert.match(
    found?.found ?? '',
    /^1 row waits for "evil\\n\\u001b\[31m", which is not in the conf/,
  );
});

test('restored: a log that was put back, one that is another one, and one that is gone', async (t) => {
  const { config, run, store, data } = scene();
  const app = await run(t);
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  await app.stop();
  await backup(data, `${data}-backup`);
  const again = await run(t);
  await again.handle(order, 'a-2', place('a-2'));
  await again.settled();
  await again.stop();
  const file = join(data, 'ordering.sqlite');

  const before = await look(config);
  copyFileSync(join(`${data}-backup`, 'ordering.sqlite'), file);
  const putBack = namedBad(await look(config), 'restored');
  rmSync(file);
  const gone = namedBad(await look(config), 'restored');
  const fresh = await store.open('ordering');
  await committed(fresh, { records: [outgoing()] });
  await fresh.close();
  const another = namedBad(await look(config), 'restored');

  assert.equal(levelOf(before, 'restored'), 'good');
  assert.match(
    putBack[0]?.found ?? '',
    /log of ordering ends at 2, and billing has taken in 4 of it/,
  );
  assert.match(putBack[0]?.remedy ?? '', /^thereupon log recover ordering/);
  assert.match(gone[0]?.found ?? '', /log is not there, and billing has taken in of it/);
  assert.match(
    another[0]?.found ?? '',
    /billing has taken in 4 of a log of ordering that is not this/,
  );
});

test('future: records whose time is still to come want attention', async () => {
  const { config, store } = scene();
  const log = await store.open('ordering');
  await committed(log, {
    records: [fact('order/1', 1, { recordedAt: Date.now() + HOUR_MS, type: 'OrderSeen' })],
  });
  await log.close();

  const [found] = named(await look(config), 'future');

  assert.match(found?.found ?? '', /records of 3[56]\d\d s from now/);
});

test('disk: one that is nearly full is named', { skip: whyNoSmallDisk() }, async (t) => {
  const disk = mountSmallDisk(40, {});
  t.after(() => disk.unmount());
  const { contexts } = twoContexts();
  const store = sqlite(disk.folder);
  await (await store.open('ordering')).close();

  const [found] = namedBad(await look({ contexts, store }), 'disk');

  assert.match(found?.found ?? '', /^Only 3\d MiB are free on the disk of /);
});

test('a check that cannot be made is bad, and keeps none of the others from being made', async () => {
  const { config } = scene();
  const diagnose = () => Promise.reject(new RangeError('the sea is rough'));

  const told = await look({ ...config, store: { ...config.store, diagnose } });

  const [found] = namedBad(told, 'disk');
  assert.match(found?.found ?? '', /cannot be looked at: the sea is rough/);
  assert.equal(levelOf(told, 'configuration'), 'good');
});

function scene() {
  const data = mkdtempSync(join(folder, 'data-'));
  const store = sqlite(data);
  const parts = twoContexts();
  const { contexts } = parts;
  return {
    ...parts,
    data,
    store,
    config: { contexts, store },
    run: (t: TestContext, options: Partial<RunOptions> = {}) =>
      start(t, contexts, { store, ...options }),
  };
}

function look(
  config: ThereuponConfig,
  { aheadMs = 0, nodeVersion = '24.0.0' } = {},
): Promise<Checkup> {
  const clock = { ...systemClock(), now: () => Date.now() + aheadMs };
  return checkup(config, { clock, nodeVersion });
}

function notGood({ findings }: Checkup): readonly Finding[] {
  return findings.filter(({ level }) => level !== 'good');
}

function named(told: Checkup, check: CheckName): readonly Finding[] {
  const found = notGood(told).filter((each) => each.check === check);
  assert.ok(found.length > 0, `${check} is named among ${JSON.stringify(notGood(told))}`);
  return found;
}

function namedBad(told: Checkup, check: CheckName): readonly Finding[] {
  const found = named(told, check).filter(({ level }) => level === 'bad');
  assert.ok(found.length > 0, `${check} is bad`);
  assert.equal(told.level, 'bad');
  return found;
}

function levelOf({ findings }: Checkup, check: CheckName) {
  return findings.find((each) => each.check === check)?.level;
}
