/** When several processes run one context, a person decides where the parked record is handled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { run } from '../../runtime/run.ts';
import { settledOrParked } from '../../runtime/fixtures/start.ts';
import { silent } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const IDS = Array.from({ length: 40 }, (_, index) => `c-${index}`);
const by = { who: 'ann', why: 'mended' };

/** Not worth another try. */
class Broken extends Error {
  readonly code = 'broken';
  readonly retryable = false;
}

test('what another process handles is redriven and discarded from here, each where it is handled', async () => {
  const url = await server.createDatabase();
  const broken = new Set(IDS);
  const breaking = (id: string) => {
    if (broken.has(id)) throw new Broken('not yet');
  };
  const one = countingContext(breaking);
  const two = countingContext(breaking);
  const first = await run([one.context], { store: postgres(url), logger: silent });
  const second = await run([two.context], { store: postgres(url), logger: silent });
  try {
    await first.settled();
    const count = (by: number) =>
      Promise.all(
        IDS.map((id) => first.handle(one.counter, id, { type: 'Count', data: { id, by } })),
      );
    await count(1);
    await count(2);
    await Promise.all([settledOrParked(first), settledOrParked(second)]);
    assert.equal((await first.parked()).length, IDS.length);
    const [unwanted, ...wanted] = IDS;

    const gone = await first.discard({ key: unwanted as string }, by);
    const inVain = await first.redrive({ key: wanted[0] as string }, by);
    broken.clear();
    const redriven = await first.redrive({}, by);
    await Promise.all([first.settled(), second.settled()]);

    assert.equal(gone.length, 1);
    assert.equal(inVain.parkedAgain.length, 1);
    assert.equal(redriven.done.length, IDS.length);
    assert.deepEqual(await first.parked(), []);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('what another process handles is redriven with edited data from here', async () => {
  const url = await server.createDatabase();
  const breaking = (id: string) => {
    throw new Broken(id);
  };
  const one = countingContext(breaking);
  const two = countingContext(breaking);
  const first = await run([one.context], { store: postgres(url), logger: silent });
  const second = await run([two.context], { store: postgres(url), logger: silent });
  try {
    await first.settled();
    for (const id of IDS)
      await first.handle(one.counter, id, { type: 'Count', data: { id, by: 1 } });
    await Promise.all([settledOrParked(first), settledOrParked(second)]);
    const rows = await first.parked();

    for (const { recordId, key } of rows) {
      const asked = (data: object) => first.redrive({ recordId }, { ...by, edited: { data } });
      const redriven = await asked({ id: key, by: 2 });
      assert.equal(redriven.parkedAgain.length, 1);
    }
    await second.stop();
    const kept = await first.parked();

    assert.equal(rows.length, IDS.length);
    for (const { payload, key } of kept)
      assert.deepEqual(JSON.parse(payload ?? '').edited.data, { id: key, by: 2 });
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('what a relay had parked is discarded when there is no broker any more', async () => {
  const url = await server.createDatabase();
  const { context } = countingContext(() => undefined);
  const store = postgres(url);
  const log = await store.open('counting');
  const row = {
    subscription: 'relay',
    key: 'k',
    recordId: 'r',
    kind: 'parked',
    position: 1,
  } as const;
  const rest = { slot: 0, due: 0, attempts: 1, error: null, correlationId: 'c', since: 0 };
  await log.commit([{ waiting: [{ ...row, ...rest, payload: null }] }]);
  await log.close();
  const app = await run([context], { store: postgres(url), logger: silent });
  try {
    await app.settled();

    assert.equal((await app.discard({ subscription: 'relay' }, by)).length, 1);
    assert.deepEqual(await app.parked(), []);
  } finally {
    await app.stop();
  }
});
