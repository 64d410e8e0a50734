/** What a context has published, for a consumer that another process has brought further than was heard here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { neverPolling } from '../adapters/postgres/fixtures/polling.ts';
import { untoldPool } from '../adapters/postgres/fixtures/untold-pool.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { embedded } from '../backbone/log-to-log.ts';
import { committed, outgoing } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { vocabularyOf } from '../context/vocabulary.ts';
import { systemClock } from '../host/clock.ts';
import { Committer } from '../log/committer.ts';
import { TailReader } from '../subscription/tail-reader.ts';
import { publishedHere } from './published-here.ts';
import type { RunningContext } from './running-context.ts';

const server = await sharedPostgres();

test('a place that another process has come to is none of a log that was restored', async (t) => {
  const url = await server.createDatabase();
  const store = postgres(url, { host: { clock: neverPolling() } });
  const log = await store.open('ordering');
  const tail = new TailReader(log, vocabularyOf(boundedContext('ordering', {})), systemClock());
  await tail.start(new Committer(log, systemClock()));
  const running = { name: 'ordering', log, tail, isShared: true } as RunningContext;
  const pool = untoldPool(url);
  const elsewhere = await postgres({ pool }).open('ordering');
  const record = outgoing();
  await committed(elsewhere, { records: [record] });
  assert.equal(tail.head, 0);

  const backbone = embedded();
  await backbone.start({ published: () => publishedHere(running, store) } as never);
  t.after(async () => {
    await backbone.close();
    await tail.stop();
    await Promise.all([log.close(), elsewhere.close()]);
    await pool.end();
  });
  const place = { contract: record.type, source: 'ordering', epoch: log.epoch, position: 1 };
  const inlet = await backbone.inlet({
    consumer: 'billing',
    source: 'ordering',
    contracts: [record.type],
    marks: [place],
  } as never);

  assert.ok(inlet !== undefined);
});
