import assert from 'node:assert/strict';
import { LogClosedError } from '../../log/log.ts';
import { committed, fact, incoming, outgoing, record } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** What another context may see of a log: its outgoing records, and how far it has come. */
export const published: Scenarios = {
  'another context sees what is outgoing, and nothing else': async ({ store, log }) => {
    const message = outgoing({ type: 'T' });
    await committed(log, {
      records: [
        fact('o-1', 1, { type: 'T' }),
        message,
        incoming('billing', 'm-1', { type: 'T' }),
        record({ direction: 'timer', type: 'T' }),
      ],
    });
    const view = await store.published('ordering');

    const seen = await view.read({ after: 0, types: ['T'], limit: 10 });

    assert.deepEqual(seen, [{ ...message, position: 2 }]);
    assert.equal(await view.head(), 4);
  },

  'another context reads the types that it asks for, after a position, up to a limit': async ({
    store,
    log,
  }) => {
    await committed(log, {
      records: ['A', 'B', 'C', 'A', 'B', 'A'].map((type) => outgoing({ type })),
    });
    const view = await store.published('ordering');
    const read = async (after: number, types: string[], limit: number) =>
      (await view.read({ after, types, limit })).map(({ position }) => position);

    assert.deepEqual(await read(0, ['A'], 10), [1, 4, 6]);
    assert.deepEqual(await read(1, ['B', 'A'], 3), [2, 4, 5]);
    assert.deepEqual(await read(6, ['A'], 10), []);
    assert.deepEqual(await read(0, [], 10), []);
    assert.deepEqual(await read(0, ['none'], 10), []);
  },

  'another context sees what is committed after it began to look': async ({ store, log }) => {
    const view = await store.published('ordering');
    assert.equal(await view.head(), 0);

    await committed(log, { records: [outgoing({ type: 'T' })] });

    assert.equal((await view.read({ after: 0, types: ['T'], limit: 10 })).length, 1);
    assert.equal(await view.epoch(), log.epoch);
  },

  'what a context published can be read without a running owner': async ({ store, log }) => {
    await committed(log, { records: [outgoing({ type: 'T' })] });
    await log.close();

    const view = await store.published('ordering');

    assert.equal((await view.read({ after: 0, types: ['T'], limit: 10 })).length, 1);
    assert.equal(await view.epoch(), log.epoch);
  },

  'a context that never ran has published nothing, until it does': async ({ store }) => {
    const view = await store.published('billing');
    const before = await view.read({ after: 0, types: ['T'], limit: 10 });
    const epochBefore = await view.epoch();

    const log = await store.open('billing');
    await committed(log, { records: [outgoing({ type: 'T' })] });

    assert.deepEqual(before, []);
    assert.equal(epochBefore, '');
    assert.equal((await view.read({ after: 0, types: ['T'], limit: 10 })).length, 1);
    assert.equal(await view.epoch(), log.epoch);
  },

  'a closed view of what was published answers with LogClosedError': async ({ store }) => {
    const view = await store.published('ordering');

    await view.close();
    await view.close();

    await assert.rejects(view.head(), { name: LogClosedError.name });
    await assert.rejects(view.epoch(), { name: LogClosedError.name });
    await assert.rejects(view.read({ after: 0, types: [], limit: 1 }), {
      name: LogClosedError.name,
    });
  },
};
