/** A log that was restored from a backup, and what its own process, its readers and neighbours do. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { queryOnce } from '../../../scripts/services/postgres/query-once.ts';
import { claimAll, committed, outgoing, record } from '../../conformance/log/samples.ts';
import { LogBehindError } from '../../log/log-behind.ts';
import { LogInUseError } from '../../log/log-in-use.ts';
import { EpochLostError } from '../../log/recover.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { HeldWriter } from './fixtures/held-writer.ts';
import { oftenPolling } from './fixtures/polling.ts';
import { OrderPlaced, listening, ordering } from './fixtures/ordering.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const accept = { who: 'ada', why: 'the disk failed' };

test('a restored log is not written to before it has a new epoch, then its neighbours go on', async (t) => {
  const { heard, live, restore, store } = await scene(t);
  await live(['o-1', 'o-2', 'o-3', 'o-4']);
  await restore(2);

  await assert.rejects(store.open('ordering'), (error) => {
    assert.ok(error instanceof LogBehindError);
    assert.deepEqual([error.last, error.neighbour, error.seen], [2, 'listening', 4]);
    assert.match(error.message, /run thereupon log recover ordering/);
    return true;
  });
  const began = await store.recover?.('ordering');
  await live(['o-5']);

  assert.deepEqual([began?.beyond, began?.predecessor.upTo], [4, 2]);
  assert.deepEqual(heard, ['o-1', 'o-2', 'o-3', 'o-4', 'o-5']);
  const reader = await store.reader('ordering');
  const positions = (await reader.read({ after: 0, limit: 10 })).map(({ position }) => position);
  assert.deepEqual(positions, [1, 2, 5]);
  assert.equal(reader.epoch, began?.epoch);
  await reader.close();
});

test('a log behind its own checkpoints, or its own records, is refused as well', async (t) => {
  const { restore, store, url } = await scene(t);
  const log = await store.open('ordering');
  await committed(log, { records: [record(), record(), record()] });
  await claimAll(log, 'confirm when paid', 3);
  await log.close();
  await queryOnce(url, `select setval('ordering.log_position', 2)`);
  const behindRecords = await store.open('ordering').catch((error: unknown) => error);

  await restore(2);
  const behindCheckpoints = await store.open('ordering').catch((error: unknown) => error);
  const began = await store.recover?.('ordering');

  assert.ok(behindRecords instanceof LogBehindError);
  assert.ok(behindCheckpoints instanceof LogBehindError);
  assert.deepEqual([behindCheckpoints.neighbour, behindCheckpoints.seen], ['confirm when paid', 3]);
  assert.equal(began?.beyond, 3);
  await (await store.open('ordering')).close();
});

test('a reader that has read more than a log has given out stops and says so', async (t) => {
  const { restore, reader } = await withReader(t);
  assert.equal(await reader.head(), 3);
  assert.equal((await reader.read({ after: 0, limit: 10 })).length, 3);

  await restore(1);

  await assert.rejects(reader.head(), LogBehindError);
  await assert.rejects(reader.read({ after: 3, limit: 10 }), LogBehindError);
});

test('it stops also when it only waits for what comes next', async (t) => {
  const { restore, reader } = await withReader(t);
  assert.equal((await reader.read({ after: 0, limit: 10 })).length, 3);
  assert.equal(await reader.head(), 3);

  await restore(1);
  const isRefused = () =>
    reader.read({ after: 3, limit: 10 }).then(
      () => false,
      (error: unknown) => error instanceof LogBehindError,
    );

  await until(isRefused);
});

test('no new epoch is begun while somebody runs the log, or has drawn positions of it', async (t) => {
  const { store, url } = await scene(t);
  const app = await start(t, [ordering], { store });
  const whileItRuns = await store.recover?.('ordering').catch((error: unknown) => error);
  await app.stop();
  const writer = await HeldWriter.begin(url);
  await writer.query('select ordering.enter_v1()');
  const whileOneWrites = await store.recover?.('ordering').catch((error: unknown) => error);
  await writer.rollback();

  assert.ok(whileItRuns instanceof LogInUseError);
  assert.equal(whileItRuns.pid, process.pid);
  assert.ok(whileOneWrites instanceof LogInUseError);
  assert.equal((await store.recover?.('ordering'))?.beyond, 0);
});

test('a log that is lost without a backup is begun anew, when somebody says so', async (t) => {
  const { heard, live, store, url } = await scene(t);
  await live(['o-1', 'o-2']);
  await queryOnce(url, 'drop schema ordering cascade');

  await assert.rejects(
    async () => store.recover?.('ordering'),
    (error) => {
      assert.ok(error instanceof EpochLostError);
      assert.match(error.message, /"listening" up to 2.*newest backup first/);
      return true;
    },
  );
  const began = await store.recover?.('ordering', { accept });
  await live(['o-3']);

  assert.equal(began?.beyond, 2);
  assert.deepEqual(heard, ['o-1', 'o-2', 'o-3']);
  const reader = await store.reader('ordering');
  const [operation] = await reader.operations(1);
  assert.deepEqual([operation?.who, operation?.why], [accept.who, accept.why]);
  await reader.close();
  await assert.rejects(async () => store.recover?.('orderin', { accept }), { code: 'log-unknown' });
});

test('positions that somebody elsewhere has seen can be said', async (t) => {
  const { store } = await scene(t);
  const log = await store.open('ordering');
  await committed(log, { records: [outgoing()] });
  await log.close();

  const began = await store.recover?.('ordering', { beyond: 2 ** 50 });
  const again = await store.open('ordering');
  const [position] = await committed(again, { records: [outgoing()] });
  await again.close();

  assert.deepEqual([began?.beyond, position], [2 ** 50, 2 ** 50 + 1]);
});

/** A log of three records, and somebody who looks at it often and hears of it. */
async function withReader(t: TestContext) {
  const { restore, url } = await scene(t);
  const { clock } = oftenPolling();
  const log = await postgres(url).open('ordering');
  const reader = await postgres(url, { host: { clock } }).reader('ordering');
  t.after(() => Promise.all([log.close(), reader.close()]));
  reader.onChange(() => undefined);
  await committed(log, { records: [record(), record(), record()] });
  return { restore, reader };
}

async function scene(t: TestContext) {
  const url = await server.createDatabase();
  const heard: string[] = [];
  const store = postgres(url);
  const contexts = [ordering, listening((orderId) => void heard.push(orderId))];
  return {
    url,
    store,
    heard,
    /** One life of the application, in which these are published, and heard. */
    live: async (ids: readonly string[]) => {
      const app = await start(t, contexts, { store: postgres(url) });
      for (const orderId of ids)
        await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId, by: 'x' }));
      await app.settled();
      await app.stop();
    },
    /** The log as a backup has it that was taken when its last position was this one. */
    restore: async (last: number) => {
      await queryOnce(url, `delete from ordering.log where position > ${last}`);
      await queryOnce(url, `select setval('ordering.log_position', ${last})`);
    },
  };
}
