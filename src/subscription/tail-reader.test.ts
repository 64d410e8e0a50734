import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { commit, outgoing } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { vocabularyOf } from '../context/vocabulary.ts';
import { systemClock } from '../host/clock.ts';
import { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import { TailReader } from './tail-reader.ts';

test('what somebody commits while the head is asked for is not passed over', async () => {
  const clock = systemClock();
  const log = await memory().open('ordering');
  let tellForeign: (by: 'own' | 'foreign') => void = () => undefined;
  const answeredLate: Log = {
    ...log,
    onChange: (listener) => ((tellForeign = listener), () => undefined),
    async head() {
      const head = await log.head();
      await commit(log, { records: [outgoing({})] });
      tellForeign('foreign');
      await clock.sleep(5);
      return head;
    },
  };
  const tail = new TailReader(answeredLate, vocabularyOf(boundedContext('ordering', {})), clock);

  await tail.start(new Committer(log, clock));
  while (!tail.isUpToDate) await clock.turn();

  assert.equal(tail.head, 1);
  assert.equal(tail.since(0)?.length, 1);
  await tail.stop();
});
