import assert from 'node:assert/strict';
import type { LogQuery } from '../../log/log.ts';
import type { StoredRecord } from '../../log/record.ts';
import { commit, committed, fact, facts, fresh, incoming, outgoing, record } from './samples.ts';
import type { Scenario, Scenarios } from './scenario.ts';

/** Reading the log: in order, in parts, by direction and type, by id and by business action. */
export const reading: Scenarios = {
  'a new log is empty': async ({ log }) => {
    assert.equal(await log.head(), 0);
    assert.deepEqual(await log.read({ after: 0, limit: 10 }), []);
    assert.deepEqual(await log.streams({ limit: 10 }), []);
    assert.deepEqual(await log.recordsById(['none']), []);
    assert.deepEqual(await log.recordsOfAction('none', 10), []);
    assert.deepEqual(await log.checkpoints(), []);
    assert.deepEqual(await log.marks(), []);
    assert.deepEqual(await log.waiting({ limit: 10 }), []);
    assert.deepEqual(await log.waitingCounts(), []);
    assert.deepEqual(await log.operations(10), []);
    assert.deepEqual(await log.models(), []);
    assert.equal(await log.snapshot('none'), undefined);
    assert.equal(await log.command('none'), undefined);
    assert.equal(await log.floor('none'), 0);
    assert.equal((await log.received('none', ['a'])).size, 0);
  },

  'every field of a record comes back as it was given': async ({ log }) => {
    const given = record({
      direction: 'timer',
      stream: 'o-1',
      version: 1,
      type: 'PaymentOverdue',
      schemaVersion: 3,
      key: 'k',
      data: '{ "spaces":  [1.50, null, true] }',
      source: 's',
      occurredAt: -1,
      recordedAt: 0,
      correlationId: 'c',
      causationId: 'd',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      metadata: '{"user":"ada"}',
    });

    const [position = 0] = await committed(log, { records: [given] });

    const expected = [{ ...given, position }];
    assert.deepEqual(await log.read({ after: 0, limit: 1 }), expected);
    assert.deepEqual(await log.readStream('o-1', { limit: 1 }), expected);
    assert.deepEqual(await log.recordsById([given.id]), expected);
    assert.deepEqual(await log.recordsOfAction('c', 1), expected);
  },

  'a message taken in comes back without what it was recognised by': async ({ log }) => {
    const { received, ...given } = incoming('billing', 'm-1');

    await committed(log, { records: [{ ...given, ...(received && { received }) }] });

    assert.deepEqual(await log.read({ after: 0, limit: 1 }), [{ ...given, position: 1 }]);
  },

  'the log is read after a position, ascending, up to a limit': async ({ log }) => {
    await committed(log, { records: facts('o-1', 1, 9) });
    const positions = async (query: LogQuery) =>
      (await log.read(query)).map(({ position }) => position);

    assert.deepEqual(await positions({ after: 0, limit: 3 }), [1, 2, 3]);
    assert.deepEqual(await positions({ after: 3, limit: 2 }), [4, 5]);
    assert.deepEqual(await positions({ after: 7, limit: 100 }), [8, 9]);
    assert.deepEqual(await positions({ after: 9, limit: 100 }), []);
    assert.deepEqual(await positions({ after: 1_000, limit: 100 }), []);
    assert.equal(await log.head(), 9);
  },

  'the log is read by direction, by type, and by both': async ({ log }) => {
    await committed(log, {
      records: [
        fact('o-1', 1, { type: 'A' }),
        outgoing({ type: 'A' }),
        outgoing({ type: 'B' }),
        incoming('billing', 'm-1', { type: 'B' }),
        fact('o-1', 2, { type: 'B' }),
        record({ direction: 'timer', type: 'C' }),
        outgoing({ type: 'C' }),
      ],
    });
    const read = async (query: Omit<LogQuery, 'after' | 'limit'>, after = 0, limit = 100) =>
      (await log.read({ ...query, after, limit })).map(({ position }) => position);

    assert.deepEqual(await read({}), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(await read({ directions: ['outgoing'] }), [2, 3, 7]);
    assert.deepEqual(await read({ directions: ['domain', 'incoming', 'timer'] }), [1, 4, 5, 6]);
    assert.deepEqual(await read({ types: ['B'] }), [3, 4, 5]);
    assert.deepEqual(await read({ types: ['C', 'A'] }), [1, 2, 6, 7]);
    assert.deepEqual(await read({ directions: ['outgoing'], types: ['B', 'C'] }), [3, 7]);
    assert.deepEqual(await read({ directions: ['outgoing'], types: ['B', 'C'] }, 3), [7]);
    assert.deepEqual(await read({ types: ['B', 'A'] }, 1, 2), [2, 3]);
    assert.deepEqual(await read({ types: ['none'] }), []);
    assert.deepEqual(await read({ types: [] }), []);
    assert.deepEqual(await read({ directions: [] }), []);
  },

  'a page ends with the record that reaches its characters': async ({ store, log }) => {
    const data = JSON.stringify('x'.repeat(98));
    await committed(log, {
      records: [
        ...facts('o-1', 1, 9).map((one) => ({ ...one, data })),
        ...[1, 2, 3].map(() => outgoing({ data })),
      ],
    });
    const view = await store.published('ordering');
    const positions = async (page: Promise<readonly StoredRecord[]>) =>
      (await page).map(({ position }) => position);
    const bound = { after: 0, limit: 5, charactersMax: 250 };

    assert.deepEqual(await positions(log.read(bound)), [1, 2, 3]);
    assert.deepEqual(await positions(log.read({ ...bound, charactersMax: 300 })), [1, 2, 3]);
    assert.deepEqual(await positions(log.read({ ...bound, charactersMax: 1 })), [1]);
    assert.deepEqual(
      await positions(log.read({ ...bound, charactersMax: 9_999 })),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(await positions(log.read({ ...bound, after: 8 })), [9, 10, 11]);
    assert.deepEqual(
      await positions(log.read({ ...bound, directions: ['outgoing'] })),
      [10, 11, 12],
    );
    assert.deepEqual(
      await positions(log.read({ ...bound, charactersMax: 150, directions: ['outgoing'] })),
      [10, 11],
    );
    assert.deepEqual(
      await positions(log.readStream('o-1', { limit: 5, afterVersion: 2, charactersMax: 150 })),
      [3, 4],
    );
    const types = [outgoing({}).type];
    assert.deepEqual(await positions(view.read({ ...bound, charactersMax: 150, types })), [10, 11]);
    await view.close();
  },

  'records are found by their ids, in the order of the log': async ({ log }) => {
    const records = facts('o-1', 1, 5);
    await committed(log, { records });
    const ids = records.map(({ id }) => id);

    const found = await log.recordsById([ids[3] ?? '', 'unknown', ids[0] ?? '', ids[3] ?? '']);

    assert.deepEqual(
      found.map(({ position }) => position),
      [1, 4],
    );
    assert.deepEqual(await log.recordsById([]), []);
  },

  'all records of one business action are found, up to a limit': async ({ log }) => {
    await committed(log, {
      records: [
        fact('o-1', 1, { correlationId: 'a' }),
        fact('o-1', 2, { correlationId: 'b' }),
        outgoing({ correlationId: 'a' }),
        fact('o-2', 1, { correlationId: 'a' }),
      ],
    });
    const positions = async (action: string, limit: number) =>
      (await log.recordsOfAction(action, limit)).map(({ position }) => position);

    assert.deepEqual(await positions('a', 10), [1, 3, 4]);
    assert.deepEqual(await positions('a', 2), [1, 3]);
    assert.deepEqual(await positions('none', 10), []);
  },

  'a reader that follows the log while others write misses nothing': followed,
};

async function followed({ log }: Parameters<Scenario>[0]): Promise<void> {
  let isWriting = true;
  const seen: number[] = [];
  const follow = async (): Promise<void> => {
    for (;;) {
      const isLast = !isWriting;
      const page = await log.read({ after: seen.at(-1) ?? 0, limit: 7 });
      seen.push(...page.map(({ position }) => position));
      if (page.length === 0 && isLast) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const write = async (): Promise<number[]> => {
    const written: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const stream = fresh('o');
      written.push(...(await committed(log, { records: facts(stream, 1, 3) })));
      await commit(log, { expects: [{ stream, version: 9 }], records: facts(stream, 10, 11) });
    }
    return written;
  };
  const following = follow();

  const written = await Promise.all([write(), write(), write(), write()]);
  isWriting = false;
  await following;

  assert.deepEqual(
    seen,
    written.flat().toSorted((a, b) => a - b),
  );
}
