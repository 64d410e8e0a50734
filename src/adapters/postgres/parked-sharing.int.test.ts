/** When several processes run one context, a person decides where the parked record is handled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { run } from '../../runtime/run.ts';
import { NotRunningHereError } from '../../runtime/not-running-here.ts';
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

test('what another process handles is neither redriven nor discarded here, and nothing is changed', async () => {
  const url = await server.createDatabase();
  let isBroken = true;
  const breaking = () => {
    if (isBroken) throw new Broken('not yet');
  };
  const one = countingContext(breaking);
  const two = countingContext(breaking);
  const first = await run([one.context], { store: postgres(url), logger: silent });
  const second = await run([two.context], { store: postgres(url), logger: silent });
  try {
    await first.settled();
    await Promise.all(
      IDS.map((id) => first.handle(one.counter, id, { type: 'Count', data: { id, by: 1 } })),
    );
    await Promise.all([settledOrParked(first), settledOrParked(second)]);
    const parked = await first.parked();
    assert.equal(parked.length, IDS.length);

    await assert.rejects(first.discard({}, by), NotRunningHereError);
    await assert.rejects(first.redrive({}, by), /is handled by another process/);
    assert.equal((await second.parked()).length, IDS.length);

    isBroken = false;
    let done = 0;
    for (const { key } of parked)
      for (const app of [first, second]) {
        const redriven = await app.redrive({ key }, by).catch((error: unknown) => {
          assert.ok(error instanceof NotRunningHereError, String(error));
          return undefined;
        });
        done += redriven?.done.length ?? 0;
      }
    assert.equal(done, IDS.length);
    assert.deepEqual(await first.parked(), []);
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
