import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { type Host, systemHost } from '../host/host.ts';
import { REQUESTS, type RequestDetail, requestOf } from '../runtime/request.ts';
import { ImportBatches } from './import-batches.ts';

const WAIT_MS = 12_345;
const BATCH = 1_000;
const by = { who: 'ann', why: 'moved' };

test('no more than a few batches are on their way; once nobody answers, the rest is left without waiting', async () => {
  const { batches, add, waits, left } = await scene();

  await add(4);
  const whileThereMayBeAnswers = [waits(), (await left()).length];
  await add(10);

  assert.deepEqual(whileThereMayBeAnswers, [1, 4]);
  assert.deepEqual([waits(), (await left()).length], [1, 14]);
  assert.equal(batches.result.left, 14 * BATCH);
});

test('whoever answers later is waited for again, and all that was left is counted', async () => {
  const { batches, add, waits, answer } = await scene();
  await add(6);

  await answer({ imported: { taken: 900, known: 90, parked: 10 } });
  await add(4);
  await answer({ refused: 'It listens to nothing of it.' });
  await batches.answered({ waitMs: WAIT_MS, signal: new AbortController().signal });

  assert.equal(waits(), 2);
  assert.deepEqual(batches.result, {
    context: 'billing',
    source: 'ordering',
    taken: 6 * 900,
    known: 6 * 90,
    parked: 6 * 10,
    left: 0,
    refused: 4 * BATCH,
    why: 'It listens to nothing of it.',
  });
});

test('whoever gives up waiting does not take the others for silent', async () => {
  const interrupted = new AbortController();
  const { batches, add, waits } = await scene(interrupted.signal);
  interrupted.abort();
  await add(4);

  const before = waits();
  await batches.answered({ waitMs: WAIT_MS, signal: new AbortController().signal });

  assert.equal(waits(), before + 1);
});

/** A log that nobody runs; whoever waits for an answer has waited at once, and is counted. */
async function scene(signal: AbortSignal = new AbortController().signal) {
  const store = memory();
  const log = await store.open('billing');
  const { clock, ...rest } = systemHost();
  let waited = 0;
  const host: Host = {
    ...rest,
    clock: {
      ...clock,
      after(delayMs, then) {
        if (delayMs !== WAIT_MS) return clock.after(delayMs, then);
        waited += 1;
        return clock.after(0, then);
      },
    },
  };
  const asking = { store, context: 'billing', log, host, waitMs: WAIT_MS, signal };
  const batches = new ImportBatches(asking, 'ordering', by);
  const left = () => log.waiting({ subscription: REQUESTS, limit: 1_000 });
  return {
    batches,
    left,
    waits: () => waited,
    add: async (count: number) => {
      for (let index = 0; index < count * BATCH; index += 1) await batches.add('{}');
    },
    /** Does what those who run the context would do with all that is left. */
    answer: async (said: Omit<RequestDetail, 'request'>) => {
      for (const row of await left()) {
        const request = requestOf(row) ?? assert.fail('it is no request');
        const detail = JSON.stringify({ request, ...said });
        const operation = { id: row.recordId, at: 0, action: request.action, ...by, detail };
        await log.commit([{ done: [row], operations: [operation] }]);
      }
    },
  };
}
