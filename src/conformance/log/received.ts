import assert from 'node:assert/strict';
import { commit, committed, fact, incoming, waitingRow } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Messages from other contexts: once per (source, id), within a window. */
export const received: Scenarios = {
  'a message that was received before is left out, its position 0': async ({ log }) => {
    const first = await committed(log, { records: [incoming('billing', 'm-1')] });

    const again = await committed(log, { records: [incoming('billing', 'm-1')] });

    assert.deepEqual(first, [1]);
    assert.deepEqual(again, [0]);
    assert.equal(await log.head(), 1);
  },

  'a message that comes twice in one write set is taken in once': async ({ log }) => {
    const records = [incoming('billing', 'm-1'), incoming('billing', 'm-2')];

    const positions = await committed(log, { records: [...records, incoming('billing', 'm-1')] });

    assert.deepEqual(positions, [1, 2, 0]);
    assert.equal(await log.head(), 2);
  },

  'a message that comes in two write sets of one call is taken in once': async ({ log }) => {
    const outcomes = await log.commit([
      { records: [incoming('billing', 'm-1')] },
      { records: [incoming('billing', 'm-1'), incoming('billing', 'm-2')] },
    ]);

    assert.deepEqual(outcomes, [
      { kind: 'committed', positions: [1] },
      { kind: 'committed', positions: [0, 2] },
    ]);
  },

  'a message that comes again under its own record id is left out too': async ({ log }) => {
    await committed(log, { records: [incoming('billing', 'm-1', { id: 'm-1' })] });

    const again = await commit(log, {
      records: [incoming('billing', 'm-1', { id: 'm-1' }), incoming('billing', 'm-2')],
    });

    assert.deepEqual(again, { kind: 'committed', positions: [0, 2] });
  },

  'of the same message from many deliveries at once, one is taken in': async ({ log }) => {
    const positions = await Promise.all(
      Array.from({ length: 50 }, () => committed(log, { records: [incoming('billing', 'm-1')] })),
    );

    assert.deepEqual(
      positions.flat().filter((position) => position !== 0),
      [1],
    );
    assert.equal(await log.head(), 1);
  },

  'the rest of a write set is committed although its message was known': async ({ log }) => {
    await committed(log, { records: [incoming('billing', 'm-1')] });

    await committed(log, {
      records: [incoming('billing', 'm-1'), fact('o-1', 1)],
      marks: [{ source: 'billing', contract: 'c', epoch: 'e', position: 5 }],
      waiting: [waitingRow()],
    });

    assert.equal(await log.streamVersion('o-1'), 1);
    assert.deepEqual(await log.marks(), [
      { source: 'billing', contract: 'c', epoch: 'e', position: 5 },
    ]);
    assert.equal((await log.waiting({ limit: 10 })).length, 1);
  },

  'the same id from another source is another message': async ({ log }) => {
    await committed(log, { records: [incoming('billing', 'm-1')] });

    const positions = await committed(log, { records: [incoming('inventory', 'm-1')] });

    assert.deepEqual(positions, [2]);
  },

  'the log says which messages it knows': async ({ log }) => {
    await committed(log, { records: [incoming('billing', 'm-1'), incoming('billing', 'm-3')] });

    const known = await log.received('billing', ['m-1', 'm-2', 'm-3']);

    assert.deepEqual([...known].toSorted(), ['m-1', 'm-3']);
    assert.equal((await log.received('inventory', ['m-1'])).size, 0);
    assert.equal((await log.received('billing', [])).size, 0);
  },

  'a refused write set has received nothing': async ({ log }) => {
    await commit(log, {
      expects: [{ stream: 'o-1', version: 1 }],
      records: [incoming('billing', 'm-1')],
    });

    assert.equal((await log.received('billing', ['m-1'])).size, 0);
    assert.deepEqual(await committed(log, { records: [incoming('billing', 'm-1')] }), [1]);
  },

  'messages are forgotten by the time their source recorded them, and its floor rises': async ({
    log,
  }) => {
    await committed(log, {
      records: [
        incoming('billing', 'old', { at: 99 }),
        incoming('billing', 'new', { at: 100 }),
        incoming('inventory', 'new', { at: 500 }),
      ],
    });

    await log.forget(100);

    assert.deepEqual([...(await log.received('billing', ['old', 'new']))], ['new']);
    assert.deepEqual([...(await log.received('inventory', ['new']))], ['new']);
    assert.equal(await log.floor('billing'), 100);
    assert.equal(await log.floor('never heard of'), 0);
    assert.equal(await log.head(), 3);
  },

  'what is not forgotten is still left out, and a floor never falls': async ({ log }) => {
    await committed(log, {
      records: [
        incoming('billing', 'm-1', { at: 50 }),
        incoming('billing', 'm-2', { at: 150 }),
        incoming('billing', 'm-3', { at: 250 }),
      ],
    });

    await log.forget(200);
    await log.forget(100);

    assert.equal(await log.floor('billing'), 200);
    assert.deepEqual(
      await committed(log, { records: [incoming('billing', 'm-3', { at: 250 })] }),
      [0],
    );
  },
};
