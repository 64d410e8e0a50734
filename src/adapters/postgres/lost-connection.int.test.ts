/** Connections that break in the middle of a commit: what was committed is found, and nothing is doubled. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { fact, outgoing, record } from '../../conformance/log/samples.ts';
import { systemClock } from '../../host/clock.ts';
import { Committer } from '../../log/committer.ts';
import { StoreUnreachableError } from './errors.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { startNetwork } from '../../../scripts/services/process/network.ts';
import { until } from './fixtures/until.ts';
import { postgres } from './postgres-store.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({ storage: 'memory' });
});
after(() => server.close());

test('a commit whose answer is lost is found, with its positions', async (t) => {
  const { committer, ids, network } = await scene(t);
  const one = record();
  network.loseAnswers();

  const committing = committer.commit({ records: [one] });
  await until(async () => assert.deepEqual(await ids(), [one.id]));
  network.heal();

  assert.deepEqual(await committing, { kind: 'committed', positions: [1] });
  assert.deepEqual(await ids(), [one.id]);
});

test('a commit that the server ends before it is done has failed, can be tried again, and leaves nothing', async (t) => {
  const { committer, ids, url } = await scene(t);
  const [first, second] = [fact('order-1', 1), fact('order-1', 2)];
  await committer.commit({ records: [first] });
  const held = await HeldWriter.begin(url);
  await held.query('select from ordering.streams for update');

  const committing = committer.commit({ records: [second] });
  const failed = assert.rejects(committing, StoreUnreachableError);
  await endWhoeverWaits(url);
  await failed;
  await held.rollback();

  assert.deepEqual(await ids(), [first.id]);
  const again = await committer.commit({ records: [second] });
  assert.equal(again.kind, 'committed');
});

test('a commit that the server still works on when its connection breaks is not done after it was said to have failed', async (t) => {
  const { committer, ids, network, url } = await scene(t);
  const first = fact('order-1', 1);
  await committer.commit({ records: [first] });
  const held = await HeldWriter.begin(url);
  await held.query('select from ordering.streams for update');
  const late = outgoing();
  const committing = committer.commit({
    records: [late],
    expects: [{ stream: 'order-1', version: 1 }],
  });
  await untilSomebodyWaits(url);

  network.cut();
  const outcome = await committing.catch((error: unknown) => error);
  await held.rollback();
  await untilNobodyWorks(url);

  const isThere = (await ids()).includes(late.id);
  const isSaidToBe = !(outcome instanceof Error);
  assert.deepEqual({ isThere, isSaidToBe }, { isThere, isSaidToBe: isThere });
});

test('a commit that waits for a standby when its connection breaks is not said to be done before the standby has it', async (t) => {
  const primary = await startPostgres();
  t.after(() => primary.close());
  const standby = await primary.standby();
  t.after(() => standby.close());
  const { committer, ids, network, url } = await scene(t, primary);
  standby.pause();
  const one = record();
  const states: string[] = [];
  const committing = committer.commit({ records: [one] }).then((outcome) => {
    states.push('answered');
    return outcome;
  });
  const waits = `from pg_stat_activity where wait_event = 'SyncRep' and query ~ $1`;
  await until(async () =>
    assert.equal((await queryOnce(url, `select pid ${waits}`, ['commit_v1'])).length, 1),
  );

  network.cut();
  await until(async () =>
    assert.equal((await queryOnce(url, `select ${waits}`, ['commit_v1|emit_message'])).length, 1),
  );
  states.push('the standby goes on');
  standby.resume();

  assert.deepEqual(await committing, { kind: 'committed', positions: [1] });
  assert.deepEqual(states, ['the standby goes on', 'answered']);
  assert.deepEqual(await ids(), [one.id]);
});

test("connections that end at rest, or in the middle of somebody's work, end neither the process nor the log", async (t) => {
  const { committer, ids, log, url } = await scene(t);
  const resting = Array.from({ length: 5 }, () => log.recordsById(['nobody']));
  await Promise.all(resting);

  const working = log.transaction(async (database) => {
    await (database as pg.Client).query('select');
    const isTold = new Promise<void>((resolve) => log.onChange(() => resolve()));
    await queryOnce(url, END_ALL);
    await isTold;
    return { result: undefined, writeSet: { records: [record()] } };
  });
  await assert.rejects(working, StoreUnreachableError);
  const one = record();
  const outcome = await committer.commit({ records: [one] });

  assert.equal(outcome.kind, 'committed');
  assert.deepEqual(await ids(), [one.id]);
});

const END_ALL = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`;

async function untilSomebodyWaits(url: string): Promise<void> {
  await until(async () => assert.equal((await waiting(url)).length, 1));
}

async function endWhoeverWaits(url: string): Promise<void> {
  await untilSomebodyWaits(url);
  await queryOnce(url, `select pg_terminate_backend(pid) ${WAITING}`);
}

async function untilNobodyWorks(url: string): Promise<void> {
  const working = `select pid from pg_stat_activity where state = 'active'
    and datname = current_database() and pid <> pg_backend_pid()`;
  await until(async () => assert.deepEqual(await queryOnce(url, working), []));
}

const WAITING = `from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

function waiting(url: string): Promise<object[]> {
  return queryOnce(url, `select pid ${WAITING}`);
}

async function scene(t: TestContext, on = server) {
  const url = await on.createDatabase();
  const network = await startNetwork(on.port);
  const log = await postgres(network.through(url)).open('ordering');
  t.after(async () => {
    await log.close();
    await network.close();
  });
  return {
    url,
    network,
    log,
    committer: new Committer(log, systemClock()),
    /** Of all records that are there. */
    ids: async () => {
      const rows = await queryOnce<{ id: string }>(url, 'select id from ordering.log order by 1');
      return rows.map(({ id }) => id);
    },
  };
}
