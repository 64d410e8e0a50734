import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { commit, committed, outgoing } from '../conformance/log/samples.ts';
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

test('what another process appended between two records of ours is not passed over', async () => {
  const clock = systemClock();
  const log = await memory().open('ordering');
  const interleaved: Log = {
    ...log,
    async commit([writeSet]) {
      const positions: number[] = [];
      for (const one of writeSet?.records ?? []) {
        if (positions.length > 0) await commit(log, { records: [outgoing({})] });
        positions.push(...(await committed(log, { records: [one] })));
      }
      return [{ kind: 'committed', positions }];
    },
    onChange: () => () => undefined,
  };
  const tail = new TailReader(interleaved, vocabularyOf(boundedContext('ordering', {})), clock);
  const committer = new Committer(interleaved, clock);
  await tail.start(committer);

  const outcome = await committer.commit({ records: [outgoing({}), outgoing({})] });
  while (!tail.isUpToDate) await clock.turn();

  assert.deepEqual(outcome, { kind: 'committed', positions: [1, 3] });
  assert.deepEqual(
    tail.since(0)?.map(({ position }) => position),
    [1, 2, 3],
  );
  await tail.stop();
});

test('it is not up to date while what was committed here waits behind somebody who is late', async () => {
  const clock = systemClock();
  const log = await memory().open('ordering');
  let isLate = true;
  let tellForeign: (by: 'own' | 'foreign') => void = () => undefined;
  const held: Log = {
    ...log,
    async commit(writeSets) {
      await commit(log, { records: [outgoing({})] });
      return log.commit(writeSets);
    },
    read: async (query) => (isLate ? [] : log.read(query)),
    onChange: (listener) => ((tellForeign = listener), () => undefined),
  };
  const tail = new TailReader(held, vocabularyOf(boundedContext('ordering', {})), clock);
  const committer = new Committer(held, clock);
  await tail.start(committer);

  await committer.commit({ records: [outgoing({})] });
  await clock.sleep(1);
  const whileLate = tail.isUpToDate;
  isLate = false;
  tellForeign('foreign');
  while (!tail.isUpToDate) await clock.turn();

  assert.equal(whileLate, false);
  assert.equal(tail.head, 2);
  await tail.stop();
});

test('a look that has found nothing is told, when it is up to date', async () => {
  const clock = systemClock();
  const log = await memory().open('ordering');
  let tellForeign: (by: 'own' | 'foreign') => void = () => undefined;
  const told: Log = { ...log, onChange: (listener) => ((tellForeign = listener), () => undefined) };
  const tail = new TailReader(told, vocabularyOf(boundedContext('ordering', {})), clock);
  await tail.start(new Committer(log, clock));
  const looked = new Promise<boolean>((resolve) => {
    tail.onLooked(() => resolve(tail.isUpToDate));
  });

  tellForeign('foreign');

  assert.equal(tail.isUpToDate, false);
  assert.equal(await looked, true);
  await tail.stop();
});
