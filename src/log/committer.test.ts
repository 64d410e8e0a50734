import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { memory } from '../adapters/memory/memory-store.ts';
import { claimAll, fact, facts, incoming, waitingRow } from '../conformance/log/samples.ts';
import { type Clock, systemClock } from '../host/clock.ts';
import { Faults, InjectedFaultError } from '../testing/faults.ts';
import { faultyLog } from '../testing/faulty-log.ts';
import { Committer, OutcomeUnknownError } from './committer.ts';
import { type Log, LogClosedError } from './log.ts';
import { RecordKnownError } from './record-known.ts';
import type { Outcome } from './write-set.ts';

describe('grouping', () => {
  test('write sets that wait at the same moment share one commit', async () => {
    const { committer, calls } = await setUp();

    await Promise.all([1, 2, 3].map((n) => committer.commit({ records: facts(`o-${n}`, 1, 1) })));

    assert.equal(calls('commit'), 1);
  });

  test('write sets that come while a commit is under way share the next one', async () => {
    const { committer, calls, log } = await setUp();
    const held = Promise.withResolvers<void>();
    const first = committer.exclusive(async () => {
      await held.promise;
      return { result: 0, writeSet: {} };
    });
    const waiting = [1, 2, 3].map((n) => committer.commit({ records: facts(`o-${n}`, 1, 1) }));

    held.resolve();
    await Promise.all([first, ...waiting]);

    assert.equal(calls('commit'), 1);
    assert.equal(await log.head(), 3);
  });

  test('no more than 1,000 write sets share a commit, and they keep their order', async () => {
    const { committer, calls } = await setUp();

    const outcomes = await Promise.all(
      facts('o-1', 1, 2_500).map((record) => committer.commit({ records: [record] })),
    );

    assert.equal(calls('commit'), 3);
    assert.deepEqual(
      outcomes.map((outcome) => positionsOf(outcome)[0]),
      outcomes.map((_, index) => index + 1),
    );
  });

  test('each write set has an outcome of its own', async () => {
    const { committer } = await setUp();
    const decidedOnNothing = { expects: [{ stream: 'o-1', version: 0 }] };

    const outcomes = await Promise.all([
      committer.commit({ ...decidedOnNothing, records: [fact('o-1', 1)] }),
      committer.commit({ ...decidedOnNothing, records: [fact('o-1', 1)] }),
      committer.commit({ records: [fact('o-2', 1)] }),
    ]);

    assert.deepEqual(outcomes, [
      { kind: 'committed', positions: [1] },
      { kind: 'conflict', stream: 'o-1', expected: 0, actual: 1 },
      { kind: 'committed', positions: [2] },
    ]);
  });

  test('a write set that can never be written fails alone, the others have their outcomes', async () => {
    const { committer, log } = await setUp();
    await committer.commit({ records: [fact('o-1', 1, { id: 'taken' })] });

    const [good, bad, stale] = await Promise.allSettled([
      committer.commit({ records: [fact('o-2', 1)] }),
      committer.commit({ records: [fact('o-3', 1, { id: 'taken' }), fact('o-3', 2)] }),
      committer.commit({ expects: [{ stream: 'o-1', version: 0 }], records: [fact('o-1', 1)] }),
    ]);

    assert.equal(good?.status === 'fulfilled' && good.value.kind, 'committed');
    assert.ok(bad?.status === 'rejected' && bad.reason instanceof RecordKnownError);
    assert.equal(stale?.status === 'fulfilled' && stale.value.kind, 'conflict');
    assert.equal(await log.head(), 2);
  });

  test('it is idle when nothing waits any more', async () => {
    const { committer, log } = await setUp();
    void committer.commit({ records: [fact('o-1', 1)] });
    void committer.exclusive(async () => ({
      result: 0,
      writeSet: { records: [fact('o-1', 2)] },
    }));

    await committer.idle();

    assert.equal(await log.head(), 2);
    await committer.idle();
  });
});

describe('lost answers', () => {
  test('what was committed although the answer was lost is reported as committed', async () => {
    const { committer, calls, log } = await setUp({ nth: 1, kind: 'answer-lost' });

    const outcomes = await Promise.all([
      committer.commit({ records: facts('o-1', 1, 2) }),
      committer.commit({ records: facts('o-2', 1, 1) }),
    ]);

    assert.deepEqual(outcomes, [
      { kind: 'committed', positions: [1, 2] },
      { kind: 'committed', positions: [3] },
    ]);
    assert.equal(calls('commit'), 1);
    assert.equal(await log.head(), 3);
  });

  test('what was not committed is reported as failed, and not tried again', async () => {
    const { committer, calls, log } = await setUp({ nth: 1, kind: 'before' });

    const calling = committer.commit({ records: [fact('o-1', 1)] });

    await assert.rejects(calling, InjectedFaultError);
    assert.equal(calls('commit'), 1);
    assert.equal(await log.head(), 0);
  });

  test('a moved checkpoint is recognised, also when another move followed it', async () => {
    const { committer, log } = await setUp({ nth: 1, kind: 'answer-lost' });
    const epoch = await claimAll(log, 's');
    const move = { subscription: 's', firstSlot: 0, epoch };

    const outcomes = await Promise.all([
      committer.commit({ moves: [{ ...move, from: 0, to: 10 }] }),
      committer.commit({ moves: [{ ...move, from: 10, to: 20 }] }),
    ]);

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['committed', 'committed'],
    );
  });

  test('a checkpoint that somebody else moved is no proof', async () => {
    const { committer, log } = await setUp({ nth: 1, kind: 'before' });
    const lost = await claimAll(log, 's');
    await claimAll(log, 's', 0);
    const move = { subscription: 's', firstSlot: 0, epoch: lost };

    await assert.rejects(
      committer.commit({ moves: [{ ...move, from: 0, to: 10 }] }),
      InjectedFaultError,
    );
  });

  test('a command without events is recognised', async () => {
    const { committer } = await setUp({ nth: 1, kind: 'answer-lost' });

    const outcome = await committer.commit({ command });

    assert.deepEqual(outcome, { kind: 'committed', positions: [] });
  });

  test('a command that another one came before is known', async () => {
    const { committer, log } = await setUp({ nth: 2, kind: 'before' });
    const other = { ...command, at: 7 };
    await log.commit([{ command: other }]);

    const outcome = await committer.commit({ command });

    assert.deepEqual(outcome, { kind: 'command-known', command: other });
  });

  test('a message that was received before proves nothing about the rest', async () => {
    const { committer, log } = await setUp({ nth: 2, kind: 'before' });
    await log.commit([{ records: [incoming('billing', 'm-1', { id: 'm-1' })] }]);

    const calling = committer.commit({
      records: [incoming('billing', 'm-1', { id: 'm-1' }), incoming('billing', 'm-2')],
    });

    await assert.rejects(calling, InjectedFaultError);
    assert.equal(await log.head(), 1);
  });

  test('what nobody can recognise is reported as failed: it may be written twice', async () => {
    const { committer, log } = await setUp({ nth: 1, kind: 'answer-lost' });

    await assert.rejects(committer.commit({ waiting: [waitingRow()] }), InjectedFaultError);
    const again = await committer.commit({ waiting: [waitingRow()] });

    assert.equal(again.kind, 'committed');
    assert.equal((await log.waiting({ limit: 10 })).length, 1);
  });

  test('a store that cannot be asked is asked again, at growing pauses', async () => {
    const { committer, clock, log } = await setUp({ nth: 1, kind: 'answer-lost' });
    failFor(log, 'recordsById', 4);

    const outcome = await committer.commit({ records: [fact('o-1', 1)] });

    assert.deepEqual(outcome, { kind: 'committed', positions: [1] });
    assert.deepEqual(clock.pauses, [50, 100, 200, 400]);
  });

  test('after a while nobody knows, which all that wait are told at once', async () => {
    const { committer, clock, log } = await setUp({ nth: 1, kind: 'answer-lost' });
    failFor(log, 'recordsById', Infinity);

    const settled = await Promise.allSettled(
      [1, 2, 3].map((n) => committer.commit({ records: facts(`o-${n}`, 1, 1) })),
    );

    for (const each of settled) {
      assert.ok(each.status === 'rejected' && each.reason instanceof OutcomeUnknownError);
    }
    assert.equal(clock.pauses.length, 9);
  });

  test('a log that is closed has taken nothing, and is not asked', async () => {
    const { committer, clock, log } = await setUp();
    await log.close();

    await assert.rejects(committer.commit({ records: [fact('o-1', 1)] }), LogClosedError);
    await assert.rejects(
      committer.exclusive(async () => ({ result: 0, writeSet: {} })),
      LogClosedError,
    );

    assert.deepEqual(clock.pauses, []);
  });

  test('it goes on after a failure', async () => {
    const { committer } = await setUp({ nth: 1, kind: 'before' });
    await assert.rejects(committer.commit({}), InjectedFaultError);

    const outcome = await committer.commit({ records: [fact('o-1', 1)] });

    assert.equal(outcome.kind, 'committed');
  });
});

describe('listeners', () => {
  test('a listener is told of what was committed, in the order of positions', async () => {
    const { committer } = await setUp();
    const heard: (readonly number[])[] = [];
    committer.onCommitted((_, positions) => heard.push(positions));

    await Promise.all([
      committer.commit({ records: facts('o-1', 1, 2) }),
      committer.commit({ records: facts('o-1', 1, 2) }),
      committer.exclusive(async () => ({ result: 0, writeSet: { records: facts('o-2', 1, 1) } })),
      committer.commit({ records: facts('o-3', 1, 2) }),
    ]);

    assert.deepEqual(heard, [[1, 2], [3], [4, 5]]);
  });

  test('a listener is told before the caller goes on', async () => {
    const { committer } = await setUp();
    const steps: string[] = [];
    committer.onCommitted(() => steps.push('listener'));

    await committer.commit({ records: [fact('o-1', 1)] }).then(() => steps.push('caller'));

    assert.deepEqual(steps, ['listener', 'caller']);
  });

  test('a listener is told once of what was committed although the answer was lost', async () => {
    const { committer } = await setUp({ nth: 1, kind: 'answer-lost' });
    const heard: (readonly number[])[] = [];
    committer.onCommitted((_, positions) => heard.push(positions));

    await committer.commit({ records: facts('o-1', 1, 2) });

    assert.deepEqual(heard, [[1, 2]]);
  });

  test('a listener that was stopped is told nothing', async () => {
    const { committer } = await setUp();
    let heard = 0;
    const stop = committer.onCommitted(() => (heard += 1));

    stop();
    await committer.commit({ records: [fact('o-1', 1)] });

    assert.equal(heard, 0);
  });

  test("a listener's fault is seen, and changes nothing for the callers", async (context) => {
    const { committer, calls } = await setUp();
    const thrown: (() => void)[] = [];
    context.mock.method(globalThis, 'queueMicrotask', (then: () => void) => thrown.push(then));
    committer.onCommitted(() => {
      throw new Error('a fault');
    });

    const outcomes = await Promise.all([
      committer.commit({ records: [fact('o-1', 1)] }),
      committer.commit({ records: [fact('o-2', 1)] }),
    ]);

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['committed', 'committed'],
    );
    assert.equal(calls('commit'), 1);
    assert.equal(thrown.length, 2);
    assert.throws(() => thrown[0]?.(), /a fault/);
  });
});

describe('exclusive transactions', () => {
  test('a transaction comes after what waited before it and before what came later', async () => {
    const { committer, calls } = await setUp();
    const exclusive = async () => ({ result: 0, writeSet: { records: facts('o-1', 3, 3) } });

    const [first, second, alone, third] = await Promise.all([
      committer.commit({ records: facts('o-1', 1, 1) }),
      committer.commit({ records: facts('o-1', 2, 2) }),
      committer.exclusive(exclusive),
      committer.commit({ records: facts('o-1', 4, 4) }),
    ]);

    assert.deepEqual(
      [first, second, alone.outcome, third].map((outcome) => positionsOf(outcome)),
      [[1], [2], [3], [4]],
    );
    assert.equal(calls('commit'), 2);
    assert.equal(calls('transaction'), 1);
  });

  test('a transaction that conflicts says so and gives its result', async () => {
    const { committer } = await setUp();

    const { result, outcome } = await committer.exclusive(async () => ({
      result: 'r',
      writeSet: { expects: [{ stream: 'o-1', version: 3 }] },
    }));

    assert.equal(result, 'r');
    assert.equal(outcome.kind, 'conflict');
  });

  test('what the work throws comes to the caller, and the next one goes on', async () => {
    const { committer, log } = await setUp();
    const failure = new Error('out of stock');

    const failing = committer.exclusive(() => Promise.reject(failure));
    const next = committer.commit({ records: [fact('o-1', 1)] });

    await assert.rejects(failing, (error) => error === failure);
    assert.equal((await next).kind, 'committed');
    assert.equal(await log.head(), 1);
  });

  test('a transaction whose answer was lost is recognised by what it wrote', async () => {
    const { committer, calls } = await setUp({
      call: 'ordering.transaction',
      nth: 1,
      kind: 'answer-lost',
    });
    const heard: (readonly number[])[] = [];
    committer.onCommitted((_, positions) => heard.push(positions));

    const done = await committer.exclusive(async () => ({
      result: 'r',
      writeSet: { records: [fact('o-1', 1)] },
    }));

    assert.deepEqual(done, { result: 'r', outcome: { kind: 'committed', positions: [1] } });
    assert.deepEqual(heard, [[1]]);
    assert.equal(calls('transaction'), 1);
  });

  test('a transaction that did not happen is reported as failed', async () => {
    const { committer, log } = await setUp({
      call: 'ordering.transaction',
      nth: 1,
      kind: 'before',
    });

    const calling = committer.exclusive(async () => ({
      result: 'r',
      writeSet: { records: [fact('o-1', 1)] },
    }));

    await assert.rejects(calling, InjectedFaultError);
    assert.equal(await log.head(), 0);
  });

  test('a transaction that nobody can be asked about is unknown', async () => {
    const { committer, log } = await setUp({
      call: 'ordering.transaction',
      nth: 1,
      kind: 'answer-lost',
    });
    failFor(log, 'recordsById', Infinity);

    const calling = committer.exclusive(async () => ({
      result: 'r',
      writeSet: { records: [fact('o-1', 1)] },
    }));

    await assert.rejects(calling, OutcomeUnknownError);
  });
});

test('whichever commit fails in whichever way, what is acknowledged is in, once', async () => {
  const fault = fc.record({
    call: fc.constantFrom('ordering.commit', 'ordering.transaction'),
    nth: fc.integer({ min: 1, max: 8 }),
    kind: fc.constantFrom('before' as const, 'answer-lost' as const),
  });
  const step = fc.record({
    stream: fc.integer({ min: 1, max: 3 }),
    isAlone: fc.boolean(),
    turnsBefore: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fault, fc.array(step, { maxLength: 25 }), async (chosen, steps) => {
      const { committer, log, clock } = await setUp(chosen);
      // Decides again after a conflict or a failure, as a caller would; counts what it was told.
      const append = async ({ stream, isAlone, turnsBefore }: (typeof steps)[number]) => {
        for (let turn = 0; turn < turnsBefore; turn += 1) await clock.turn();
        for (;;) {
          const version = await log.streamVersion(`o-${stream}`);
          const record = fact(`o-${stream}`, version + 1);
          const writeSet = { expects: [{ stream: `o-${stream}`, version }], records: [record] };
          const outcome = await (
            isAlone
              ? committer.exclusive(async () => ({ result: 0, writeSet })).then((d) => d.outcome)
              : committer.commit(writeSet)
          ).catch((error: unknown) => assert.ok(error instanceof InjectedFaultError));
          if (outcome?.kind === 'committed') return { id: record.id, at: outcome.positions[0] };
        }
      };

      const acknowledged = await Promise.all(steps.map(append));

      const records = await log.read({ after: 0, limit: 100 });
      assert.deepEqual(
        records.map(({ id, position }) => ({ id, at: position })),
        acknowledged.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0)),
      );
    }),
    { numRuns: 200 },
  );
});

const command = {
  id: 'c-1',
  fingerprint: 'f',
  stream: 'o-1',
  fromVersion: 0,
  toVersion: 0,
  at: 1,
  result: null,
};

interface ChosenFault {
  readonly call?: string;
  readonly nth: number;
  readonly kind: 'before' | 'answer-lost';
}

/** A committer over a log in memory of which one call may fail; pauses pass at once. */
async function setUp(chosen?: ChosenFault) {
  const faults = new Faults(chosen && { call: 'ordering.commit', ...chosen });
  const log = faultyLog(await memory().open('ordering'), faults);
  const clock = quickClock();
  const calls = (name: string): number => faults.counts.get(`ordering.${name}`) ?? 0;
  return { committer: new Committer(log, clock), log, clock, calls };
}

function quickClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    ...systemClock(),
    pauses,
    sleep: async (delayMs) => void pauses.push(delayMs),
  };
}

/** Makes the next calls of a method fail, as when the store cannot be reached. */
function failFor(log: Log, name: 'recordsById', times: number): void {
  const call = log[name].bind(log);
  let left = times;
  log[name] = async (ids) => {
    if (left === 0) return call(ids);
    left -= 1;
    throw new Error('The store cannot be reached.');
  };
}

function positionsOf(outcome: Outcome): readonly number[] {
  assert.equal(outcome.kind, 'committed');
  return outcome.kind === 'committed' ? outcome.positions : [];
}
