/** What can only be wrong where several processes share a server: broken once each, and seen to be named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { queryOnce } from '../../scripts/services/postgres/query-once.ts';
import { HeldWriter } from '../adapters/postgres/fixtures/held-writer.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { committed, fact } from '../conformance/log/samples.ts';
import { systemClock } from '../host/clock.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type Checkup, checkup } from './checkup.ts';
import type { CheckName, Finding } from './finding.ts';
import { order, place, twoContexts } from './fixtures/two-contexts.ts';

const server = await sharedPostgres();

test('of two processes that run and are well, each line is good', async (t) => {
  const { url, contexts, config } = await scene();
  const app = await start(t, contexts, { store: postgres(url) });
  await start(t, contexts, { store: postgres(url) });
  await app.handle(order, 'a-1', place('a-1'));

  // While work goes from one to the other a part is in nobody's hands for a moment.
  await until(async () => notGood(await look(config)).length === 0, 30_000);
});

test('migrations: what a log lacks is named, with the command', async () => {
  const { url, config, contexts } = await scene();
  const { migrations } = config.store;
  for (const { name } of contexts) {
    const steps = (await migrations?.pending(name)) ?? [];
    // As a release before this one left it.
    for (const { sql } of steps.slice(0, -1)) await queryOnce(url, sql);
  }

  const found = named(await look(config), 'migrations');

  assert.deepEqual(
    found.map(({ context, level }) => [context, level]),
    [
      ['ordering', 'attention'],
      ['billing', 'attention'],
    ],
  );
  assert.match(found[0]?.found ?? '', /lacks migrations: \d+ models/);
  assert.match(found[0]?.remedy ?? '', /^thereupon migrate --context ordering/);
});

test('running: a process that has fallen silent is named, and what nobody works on', async (t) => {
  const { url, config, contexts } = await scene();
  const app = await start(t, contexts, { store: postgres(url) });
  await until(async () => notGood(await look(config)).length === 0, 30_000);
  await app.stop();
  await queryOnce(
    url,
    `insert into billing.members (id, knows, holds, host, pid, beat_at) values
      ('gone', '{}', '{}', 'elsewhere', 7, now() - interval '1 hour'),
      ('half', '{}', '{"ask for payment": [0, 127], "charge the card": [0, 255]}', 'here', 8, now())`,
  );

  const found = named(await look(config), 'running').map((each) => each.found);

  assert.ok(
    found.some((text) => /process 7 on elsewhere has said nothing for 3\d\d\d s/.test(text)),
  );
  assert.ok(found.includes('Nobody works on all of "ask for payment".'));
  assert.ok(!found.some((text) => text.includes('charge the card')));
  assert.ok(found.includes('Nobody runs ordering.'));
});

test('horizon: who keeps the end of a log from being read is named, with how to end it', async () => {
  const { url, config } = await scene();
  const log = await config.store.open('ordering');
  const stuck = await HeldWriter.begin(url);
  await stuck.append(1);
  await committed(log, { records: [fact('order/1', 1, { type: 'OrderSeen' })] });

  await until(
    async () => notGood(await look(config)).some(({ check }) => check === 'horizon'),
    20_000,
  );
  const [found] = named(await look(config), 'horizon');
  await stuck.rollback();
  await log.close();

  assert.equal(found?.context, 'ordering');
  assert.match(found?.found ?? '', new RegExp(`held \\d+ s by pid ${stuck.pid}, a held writer`));
  assert.match(found?.remedy ?? '', new RegExp(`pg_terminate_backend\\(${stuck.pid}\\)`));
});

test('clock: one that is apart from the clock of the database is named', async () => {
  const { url, contexts } = await scene();
  const config = (aheadMs: number) => {
    const clock = { ...systemClock(), now: () => Date.now() + aheadMs };
    return { contexts, store: postgres(url, { host: { clock } }) };
  };

  const [behind] = named(await look(config(-600_000)), 'clock');
  const [ahead] = named(await look(config(12_000)), 'clock');

  assert.equal(behind?.level, 'bad');
  assert.match(behind?.found ?? '', /database is (599|600|601) s ahead of this machine's/);
  assert.equal(ahead?.level, 'attention');
  assert.match(ahead?.found ?? '', /database is 1[123] s behind this machine's/);
});

test('store: a server that cannot be reached is named', async () => {
  const { contexts } = twoContexts();
  const store = postgres('postgres://127.0.0.1:1/nowhere', { connectionTimeoutMs: 500 });

  const told = await look({ contexts, store });

  const found = named(told, 'store');
  assert.deepEqual(
    found.map(({ context, level }) => [context, level]),
    [
      ['ordering', 'bad'],
      ['billing', 'bad'],
    ],
  );
  assert.match(found[0]?.found ?? '', /reach|connect/i);
});

async function scene() {
  const url = await server.createDatabase();
  const { contexts } = twoContexts();
  return { url, contexts, config: { contexts, store: postgres(url) } };
}

function look(config: ThereuponConfig): Promise<Checkup> {
  return checkup(config, { clock: systemClock(), nodeVersion: '24.0.0' });
}

function notGood({ findings }: Checkup): readonly Finding[] {
  return findings.filter(({ level }) => level !== 'good');
}

function named(told: Checkup, check: CheckName): readonly Finding[] {
  const found = notGood(told).filter((each) => each.check === check);
  assert.ok(found.length > 0, `${check} is named among ${JSON.stringify(notGood(told))}`);
  return found;
}
