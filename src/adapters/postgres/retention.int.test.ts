import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { claimAll, committed, fact, incoming, outgoing } from '../../conformance/log/samples.ts';
import { systemClock } from '../../host/clock.ts';
import type { Log } from '../../log/log.ts';
import type { StoredRecord } from '../../log/record.ts';
import { StoreTimeoutError } from './errors.ts';
import { query } from './fixtures/ordering.ts';
import type { PostgresOptions } from './postgres-options.ts';
import { postgres } from './postgres-store.ts';
import type { RetentionOptions } from './retention-options.ts';

const server = await sharedPostgres();
const KEEP = { keepPositions: 200 };
const SMALL: RetentionOptions = { outgoing: KEEP, incoming: KEEP, partitionPositions: 100 };
const DAY_MS = 86_400_000;

test('beside writers at full speed and a reader, nobody sees an error and the reader misses nothing', async (t) => {
  const { open } = await place(t);
  const keep = { keepPositions: 1_000 };
  const fast = { outgoing: keep, incoming: keep, partitionPositions: 500 };
  const logs = await Promise.all([open(fast), open(fast), open(fast)]);
  const epoch = await claimAll(logs[0] as Log, 'reader');
  let isOver = false;
  const retaining = logs.map((log) => retainUntil(log, () => isOver));
  const reading = readUntil(logs[0] as Log, epoch, () => isOver);

  const written = await writeMuch(logs).finally(() => (isOver = true));
  const [read, dropped] = await Promise.all([reading, Promise.all(retaining)]);

  assert.deepEqual(read.map(({ id }) => id).toSorted(), written.toSorted());
  assert.ok(read.every(({ position }, index) => position > (read[index - 1]?.position ?? 0)));
  const counted = dropped.flat().reduce((sum, { count }) => sum + count, 0);
  const log = logs[0] as Log;
  const left = await log.read({ after: 0, limit: 100_000 });
  assert.equal(counted + left.length, written.length);
  assert.ok(counted > 2_000, `${counted} were dropped`);
});

test('kill -9 in the middle of it leaves a log that goes on, and nothing is lost', async (t) => {
  const { url, open } = await place(t);
  const log = await open(SMALL);
  const program = join(import.meta.dirname, 'fixtures', 'retaining-process.ts');
  for (let round = 0; round < 8; round += 1) {
    const child = spawn(
      process.execPath,
      ['-C', 'thereupon-source', program, url, `round-${round}`],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    await systemClock().sleep(60 + round * 23);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await query(url, killOthers);

  await committed(log, { records: Array.from({ length: 500 }, () => outgoing()) });
  const retained = await retainAll(log);

  const left = await log.read({ after: 0, limit: 100_000 });
  const last = (await log.dropped?.())?.[0]?.position ?? 0;
  assert.ok(retained.length > 0 && last > 0);
  assert.ok(left.every(({ position }) => position > last));
  // One behind the other: nothing that was committed is missing between.
  const perRound = Map.groupBy(left, ({ id }) => id.slice(0, id.lastIndexOf('-')));
  for (const [name, records] of perRound)
    if (name.startsWith('round') && (records[0]?.position ?? 0) > last + 10)
      assert.equal(records.length, 10, name);
  assert.deepEqual(await query(url, NOT_ATTACHED), []);
});

test('of ten processes that look at the same moment, each partition is dropped by one', async (t) => {
  const { open } = await place(t);
  const logs = await Promise.all(Array.from({ length: 10 }, () => open(SMALL)));
  const [log] = logs as [Log];
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(logs.map(retain));
    await committed(log, { records: Array.from({ length: 100 }, () => outgoing()) });
  }

  const answers = [];
  for (let count = 0; count < 12; count += 1)
    answers.push(...(await Promise.all(logs.map(retain))));

  const uptos = answers.flatMap(({ dropped }) => dropped.map(({ upTo }) => upTo));
  assert.equal(new Set(uptos).size, uptos.length);
  const left = await log.read({ after: 0, limit: 100_000 });
  assert.equal((left[0]?.position ?? 0) - 1, (await log.dropped?.())?.[0]?.position);
});

test('messages stay for as long as it was said, counted from when they were recorded', async (t) => {
  const { open } = await place(t);
  let now = 100 * DAY_MS;
  const clock = { ...systemClock(), now: () => now };
  const outgoingFor = { outgoing: { keepMs: 7 * DAY_MS }, partitionPositions: 10 };
  const log = await open(outgoingFor, { host: { clock } });
  await retain(log);
  for (const day of [100, 101, 102])
    await committed(log, {
      records: Array.from({ length: 10 }, () => outgoing({ recordedAt: day * DAY_MS })),
    });
  await committed(log, { records: [incoming('billing', 'm-1', { recordedAt: 0 })] });

  now = 107 * DAY_MS;
  assert.deepEqual(await retainAll(log), []);
  now = 107 * DAY_MS + 1;
  const [first] = await retainAll(log);
  now = 200 * DAY_MS;
  await retainAll(log);

  assert.equal(first?.upTo, 9);
  const left = await log.read({ after: 0, limit: 100 });
  assert.deepEqual(
    new Set(left.map(({ direction }) => direction)),
    new Set(['outgoing', 'incoming']),
  );
  assert.equal(left[0]?.position, 30);
});

test('while somebody holds the table nobody waits for long, and later it is done', async (t) => {
  const { url, open } = await place(t);
  const log = await open(SMALL);
  await retain(log);
  await committed(log, { records: Array.from({ length: 600 }, () => outgoing()) });
  const holder = await open(SMALL);
  let longestMs = 0;
  await holder.transaction(async (database) => {
    const client = database as { query(sql: string): Promise<unknown> };
    await client.query('select count(*) from "ordering".log');
    const retaining = assert.rejects(retain(log), StoreTimeoutError);
    let isOver = false;
    void retaining.finally(() => (isOver = true));
    while (!isOver) {
      const began = performance.now();
      await committed(log, { records: [outgoing()] });
      longestMs = Math.max(longestMs, performance.now() - began);
    }
    await retaining;
    return { result: undefined, writeSet: {} };
  });

  assert.ok(longestMs < 1_000, `${longestMs} ms`);
  assert.ok((await retainAll(log)).length > 0);
  assert.ok((await partitions(url)).length > 1);
});

test('a log that has grown large becomes a partition without a look through it, also after a kill', async (t) => {
  const { url, open } = await place(t);
  await open(undefined);
  await query(url, FILL);
  const [size] = await query<{ size: string }>(url, SIZE);
  assert.ok(Number(size?.size) > 16 * 1_024 * 1_024, size?.size);
  await query(
    url,
    `alter table "ordering".log_outgoing_rest add constraint ends_at_5000000
      check (direction = 'outgoing' and position < 5000000) not valid`,
  );

  const log = await open(SMALL);
  await retain(log);

  const [first, ...others] = await partitions(url);
  assert.equal(first, "FOR VALUES FROM (MINVALUE) TO ('5000000')");
  assert.equal(others.length, 0);
  assert.deepEqual(await query(url, CONSTRAINTS), []);
  assert.equal((await log.read({ after: 39_990, limit: 100 })).length, 10);
});

test('an end of the rest that positions come near is taken back, and set anew', async (t) => {
  const { url, open } = await place(t);
  await open(undefined);
  await query(url, FILL);
  await query(
    url,
    `alter table "ordering".log_outgoing_rest add constraint ends_at_40100
      check (direction = 'outgoing' and position < 40100) not valid`,
  );

  const log = await open({ outgoing: KEEP });
  await retain(log);
  await committed(log, { records: Array.from({ length: 200 }, () => outgoing()) });

  assert.deepEqual(await query(url, CONSTRAINTS), []);
  assert.deepEqual(await partitions(url), ["FOR VALUES FROM (MINVALUE) TO ('5000000')"]);
});

test('where it was not looked at for long, what lies in the rest becomes a partition, too', async (t) => {
  const { url, open } = await place(t);
  const log = await open(SMALL);
  await retain(log);
  // Far beyond all that was made ahead, as after the start of a server.
  await query(url, `select setval('"ordering".log_position', 1000000)`);
  const records = Array.from({ length: 300 }, () => outgoing());
  await committed(log, { records });

  await retain(log);
  await committed(log, { records: Array.from({ length: 500 }, () => outgoing()) });
  const dropped = await retainAll(log);

  assert.equal((await query(url, 'select from "ordering".log_outgoing_rest')).length, 0);
  assert.ok(dropped.some(({ upTo }) => upTo > 1_000_000));
});

test('a retention that cannot be meant is refused where it is written', () => {
  const of = (retention: RetentionOptions) => () => postgres('postgres://nowhere', { retention });

  assert.throws(of({ outgoing: { keepMs: -1 } }), /retention\.outgoing\.keepMs .* from 0/);
  assert.throws(of({ incoming: { keepPositions: 0.5 } }), /retention\.incoming\.keepPositions/);
  assert.throws(of({ partitionPositions: 0 }), /retention\.partitionPositions .* from 1/);
});

/** About 20 MB. */
const FILL = `insert into "ordering".log (position, id, direction, type, schema_version, key, data,
    source, occurred_at, recorded_at, correlation_id, causation_id)
  select nextval('"ordering".log_position'), 'm-' || g, 'outgoing', 'ordering.OrderPlaced', 1, 'k',
    '{"text":"' || repeat('x', 500) || '"}', 'ordering', 1, 1, 'a', 'a'
  from generate_series(1, 40000) g`;
const SIZE = `select pg_relation_size('"ordering".log_outgoing_rest') as size`;
const CONSTRAINTS = `select conname from pg_constraint where conname like 'ends_at%'`;
const NOT_ATTACHED = `select relname from pg_class c where relname like 'log\\_outgoing\\_%'
  and relkind = 'r' and not exists (select 1 from pg_inherits i where i.inhrelid = c.oid)`;
/** What a killed process had under way ends when its server process hears of it. */
const killOthers = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;

async function partitions(url: string): Promise<readonly string[]> {
  const rows = await query<{ bound: string }>(
    url,
    `select pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = '"ordering".log_outgoing'::regclass
      and c.relname <> 'log_outgoing_rest' order by length(c.relname), c.relname`,
  );
  return rows.map(({ bound }) => bound);
}

async function place(t: TestContext) {
  const url = await server.createDatabase();
  const open = async (
    retention: RetentionOptions | undefined,
    options: PostgresOptions = {},
  ): Promise<Log> => {
    const log = await postgres(url, { ...options, ...(retention && { retention }) }).open(
      'ordering',
    );
    t.after(() => log.close());
    return log;
  };
  return { url, open };
}

async function retain(log: Log) {
  const retained = await log.retain?.();
  assert.ok(retained, 'it was opened with a retention');
  return retained;
}

async function retainAll(log: Log) {
  const all = [];
  for (;;) {
    const { dropped } = await retain(log);
    if (dropped.length === 0) return all;
    all.push(...dropped);
  }
}

/** What it may fail with is that the lock was not to be had: then it is done the next time. */
async function retainUntil(log: Log, isOver: () => boolean) {
  const all = [];
  // One look after the other: at once, so to speak, beside every five minutes.
  for (; !isOver(); await systemClock().sleep(20))
    try {
      all.push(...(await retain(log)).dropped);
    } catch (error) {
      if (!(error instanceof StoreTimeoutError)) throw error;
    }
  return all;
}

/** Reads to the end and moves its checkpoint behind it, as a subscription does. */
async function readUntil(log: Log, epoch: number, isOver: () => boolean) {
  const all: StoredRecord[] = [];
  let from = 0;
  for (;;) {
    const wasOver = isOver();
    const page = await log.read({ after: from, limit: 200 });
    const to = page.at(-1)?.position;
    if (to === undefined && wasOver) return all;
    if (to === undefined) continue;
    all.push(...page);
    await committed(log, {
      moves: [{ subscription: 'reader', firstSlot: 0, epoch, from, to }],
    });
    from = to;
  }
}

async function writeMuch(logs: readonly Log[]): Promise<string[]> {
  const written: string[] = [];
  await Promise.all(
    Array.from({ length: 12 }, async (_, writer) => {
      for (let count = 1; count <= 300; count += 1) {
        const records = [
          outgoing(),
          incoming('billing', `m-${writer}-${count}`),
          fact(`order-${writer}`, count),
        ];
        await committed(logs[writer % logs.length] as Log, { records });
        written.push(...records.map(({ id }) => id));
      }
    }),
  );
  return written;
}
