/** What another process handles, as this one finds it in the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { committed, fact } from '../conformance/log/samples.ts';
import { systemClock } from '../host/clock.ts';
import type { Log } from '../log/log.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import { reachElsewhere } from './elsewhere.ts';

test('what fails in another process between two questions is not taken for done', async () => {
  const log = await memory().open('ordering');
  await committed(log, { records: [fact('o-1', 1)] });
  const claim = { subscription: 'book', firstSlot: 0, lastSlot: 255, fingerprint: '', position: 0 };
  const [range] = await log.claim({ ...claim, owner: 'the other one' });
  assert.ok(range !== undefined);
  const fail = once(() =>
    committed(log, {
      moves: [{ ...range, from: 0, to: 1 }],
      waiting: [{ ...ROW, kind: 'retry', due: 9_000_000_000_000 }],
    }),
  );

  const reached = await reachElsewhere(
    {
      log: failingAfterFirstQuestion(log, fail),
      tail: { head: 1, since: () => undefined },
      clock: systemClock(),
      definition: { name: 'book' } as SubscriptionDefinition,
    },
    { position: 1, key: undefined, signal: AbortSignal.timeout(50) },
  );

  assert.deepEqual(reached, { isThere: false });
  await log.close();
});

const ROW = {
  subscription: 'book',
  key: 'o-1',
  recordId: 'o-1/1',
  position: 1,
  slot: 0,
  attempts: 1,
  error: null,
  correlationId: 'c-1',
  since: 0,
  payload: null,
};

/** Whichever of the two questions comes first. */
function failingAfterFirstQuestion(log: Log, fail: () => Promise<unknown>): Log {
  return {
    ...log,
    checkpoints: async () => {
      const answer = await log.checkpoints();
      await fail();
      return answer;
    },
    waiting: async (query) => {
      const answer = await log.waiting(query);
      await fail();
      return answer;
    },
  };
}

function once(work: () => Promise<unknown>): () => Promise<unknown> {
  let done: Promise<unknown> | undefined;
  return () => (done ??= work());
}
