import assert from 'node:assert/strict';
import type { StreamsQuery } from '../../log/log.ts';
import { commit, committed, fact, facts, outgoing } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Versions: 1, 2, 3 … without gaps, guarded against whoever decided on an older one. */
export const streams: Scenarios = {
  'the events of a stream are versions 1, 2, 3 …, and their positions ascend': async ({ log }) => {
    await committed(log, { records: facts('o-1', 1, 2) });
    await committed(log, { records: facts('o-2', 1, 1) });
    await committed(log, { records: facts('o-1', 3, 3) });

    const events = await log.readStream('o-1', { limit: 10 });

    assert.deepEqual(
      events.map(({ version }) => version),
      [1, 2, 3],
    );
    assert.deepEqual(
      events.map(({ position }) => position),
      [1, 2, 4],
    );
    assert.equal(await log.streamVersion('o-1'), 3);
    assert.equal(await log.streamVersion('nothing was written to it'), 0);
  },

  'a stale writer gets a conflict that says what it expected and what there is': async ({
    log,
  }) => {
    await committed(log, { records: facts('o-1', 1, 3) });

    const outcome = await commit(log, {
      expects: [{ stream: 'o-1', version: 1 }],
      records: [fact('o-1', 2)],
    });

    assert.deepEqual(outcome, { kind: 'conflict', stream: 'o-1', expected: 1, actual: 3 });
    assert.equal(await log.streamVersion('o-1'), 3);
  },

  'a writer that expects a stream to be new gets a conflict when it is not': async ({ log }) => {
    await committed(log, { records: facts('o-1', 1, 1) });

    const outcome = await commit(log, { expects: [{ stream: 'o-1', version: 0 }] });

    assert.deepEqual(outcome, { kind: 'conflict', stream: 'o-1', expected: 0, actual: 1 });
  },

  'a writer that expects a version that is not there yet gets a conflict': async ({ log }) => {
    const outcome = await commit(log, { expects: [{ stream: 'o-1', version: 2 }] });

    assert.deepEqual(outcome, { kind: 'conflict', stream: 'o-1', expected: 2, actual: 0 });
  },

  'a stream that was only read is guarded too': async ({ log }) => {
    await committed(log, { records: facts('customer-1', 1, 2) });

    const stale = await commit(log, {
      expects: [{ stream: 'customer-1', version: 1 }],
      records: [fact('o-1', 1)],
    });
    const current = await commit(log, {
      expects: [{ stream: 'customer-1', version: 2 }],
      records: [fact('o-1', 1)],
    });

    assert.deepEqual(stale, { kind: 'conflict', stream: 'customer-1', expected: 1, actual: 2 });
    assert.equal(current.kind, 'committed');
    assert.equal(await log.streamVersion('customer-1'), 2);
  },

  'several streams of one write set are all written or none': async ({ log }) => {
    await committed(log, { records: facts('o-2', 1, 1) });
    const expects = ['o-1', 'o-2', 'o-3'].map((stream) => ({ stream, version: 0 }));

    const refused = await commit(log, {
      expects,
      records: [fact('o-1', 1), fact('o-2', 1), fact('o-3', 1)],
    });

    assert.equal(refused.kind, 'conflict');
    assert.equal(await log.streamVersion('o-1'), 0);
    assert.equal(await log.streamVersion('o-3'), 0);
  },

  'events of several streams in one write set keep the order they were given': async ({ log }) => {
    const records = [fact('b', 1), outgoing(), fact('a', 1), fact('b', 2), fact('a', 2)];

    const positions = await committed(log, { records });

    assert.deepEqual(positions, [1, 2, 3, 4, 5]);
    const read = await log.read({ after: 0, limit: 10 });
    assert.deepEqual(
      read.map(({ id }) => id),
      records.map(({ id }) => id),
    );
  },

  'an event that is not the next of its stream is a conflict, also when nothing was expected':
    async ({ log }) => {
      await committed(log, { records: facts('o-1', 1, 2) });

      const taken = await commit(log, { records: [fact('o-1', 2)] });
      const leap = await commit(log, { records: [fact('o-1', 4)] });
      const gap = await commit(log, { records: [fact('o-2', 1), fact('o-2', 3)] });

      assert.deepEqual(taken, { kind: 'conflict', stream: 'o-1', expected: 1, actual: 2 });
      assert.deepEqual(leap, { kind: 'conflict', stream: 'o-1', expected: 3, actual: 2 });
      assert.deepEqual(gap, { kind: 'conflict', stream: 'o-2', expected: 2, actual: 0 });
      assert.equal(await log.streamVersion('o-1'), 2);
      assert.equal(await log.streamVersion('o-2'), 0);
    },

  'of writers that decided on the same version at once, exactly one is committed': async ({
    log,
  }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        commit(log, { expects: [{ stream: 'o-1', version: 0 }], records: [fact('o-1', 1)] }),
      ),
    );

    const kinds = outcomes.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'committed').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'conflict').length, 19);
    assert.equal(await log.head(), 1);
  },

  'of 1,000 commits at once none is lost': async ({ log }) => {
    const calls = Array.from({ length: 1_000 }, (_, index) =>
      committed(log, { records: facts(`o-${index}`, 1, 2) }),
    );

    const positions = (await Promise.all(calls)).flat();

    assert.equal(new Set(positions).size, 2_000);
    const read = await log.read({ after: 0, limit: 3_000 });
    assert.deepEqual(
      read.map(({ position }) => position),
      positions.toSorted((a, b) => a - b),
    );
    for (const [index, call] of (await Promise.all(calls)).entries()) {
      const events = await log.readStream(`o-${index}`, { limit: 3 });
      assert.deepEqual(
        events.map(({ position }) => position),
        call,
      );
    }
  },

  'streams are listed by name with their last records, from a name on and up to a limit': async ({
    log,
  }) => {
    // By code point: an emoji comes behind all letters of one unit.
    const names = [
      '',
      'a',
      'order',
      'order/1',
      'order/10',
      'order/2',
      'orders',
      'é',
      '\uff5e',
      '🎁',
    ];
    for (const name of [...names].toReversed())
      await committed(log, { records: facts(name, 1, names.indexOf(name) + 1) });
    await committed(log, { records: [outgoing({ key: 'order/3' })] });
    const refused = await commit(log, { expects: [{ stream: 'order/0', version: 1 }] });
    await commit(log, { expects: [{ stream: 'order/00', version: 0 }] });
    const listed = async (query: StreamsQuery) =>
      (await log.streams(query)).map(({ stream, version }) => [stream, version]);
    const all = names.map((name, index) => [name, index + 1]);

    assert.equal(refused.kind, 'conflict');
    assert.deepEqual(await listed({ limit: 100 }), all);
    assert.deepEqual(await listed({ from: '', limit: 2 }), all.slice(0, 2));
    assert.deepEqual(await listed({ from: 'order/1', limit: 3 }), all.slice(3, 6));
    assert.deepEqual(await listed({ from: 'order/11', limit: 1 }), all.slice(5, 6));
    assert.deepEqual(await listed({ from: '🎁🎁', limit: 9 }), []);
    assert.deepEqual(await listed({ limit: 0 }), []);
    const [last] = await log.streams({ from: 'order/1', limit: 1 });
    assert.deepEqual(last, (await log.readStream('order/1', { afterVersion: 3, limit: 1 }))[0]);
  },

  'a list of streams ends with the record that reaches its characters': async ({ log }) => {
    const data = JSON.stringify('x'.repeat(98));
    for (const stream of ['a', 'b', 'c', 'd'])
      await committed(log, { records: [fact(stream, 1, { data })] });
    const listed = async (charactersMax: number) =>
      (await log.streams({ limit: 9, charactersMax })).map(({ stream }) => stream);

    assert.deepEqual(await listed(1), ['a']);
    assert.deepEqual(await listed(250), ['a', 'b', 'c']);
    assert.deepEqual(await listed(9_999), ['a', 'b', 'c', 'd']);
  },

  'a stream is read after a version and up to a limit': async ({ log }) => {
    await committed(log, { records: facts('o-1', 1, 9) });
    const versions = async (query: { afterVersion?: number; limit: number }) =>
      (await log.readStream('o-1', query)).map(({ version }) => version);

    assert.deepEqual(await versions({ limit: 2 }), [1, 2]);
    assert.deepEqual(await versions({ afterVersion: 4, limit: 3 }), [5, 6, 7]);
    assert.deepEqual(await versions({ afterVersion: 7, limit: 100 }), [8, 9]);
    assert.deepEqual(await versions({ afterVersion: 9, limit: 100 }), []);
    assert.deepEqual(await log.readStream('another', { limit: 10 }), []);
  },
};
