import assert from 'node:assert/strict';
import type { Log, WaitingQuery } from '../../log/log.ts';
import type { WaitingRow } from '../../log/waiting-row.ts';
import { committed, waitingRow } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** The waiting table: one row per (subscription, key, record), asked for in several ways. */
export const waiting: Scenarios = {
  'every field of a waiting row comes back as it was given': async ({ log }) => {
    const bare = waitingRow({ recordId: 'r-1' });
    const full = waitingRow({
      recordId: 'r-2',
      kind: 'parked',
      position: 2,
      error: { name: 'TypeError', code: 'E', message: 'no "total"\n', stack: 'at a\n at b' },
      payload: '{"a":"🎁"}',
    });

    await committed(log, { waiting: [bare, full] });

    assert.deepEqual(await log.waiting({ limit: 10 }), [bare, full]);
  },

  'a waiting row is overwritten by another of the same key and record': async ({ log }) => {
    await committed(log, { waiting: [waitingRow({ attempts: 1, kind: 'retry' })] });

    const parked = waitingRow({ attempts: 2, kind: 'parked', due: 9 });
    await committed(log, { waiting: [parked] });

    assert.deepEqual(await log.waiting({ limit: 10 }), [parked]);
  },

  'rows of the same record are apart by subscription and by key': async ({ log }) => {
    const rows = [
      waitingRow(),
      waitingRow({ key: 'order-2' }),
      waitingRow({ subscription: 'other' }),
      waitingRow({ recordId: 'record-2' }),
    ];

    await committed(log, { waiting: rows });
    await committed(log, { done: [waitingRow()] });

    assert.equal((await log.waiting({ limit: 10 })).length, 3);
  },

  'a row that is done is gone, and done again is no error': async ({ log }) => {
    const done = { subscription: 'confirm when paid', key: 'order-1', recordId: 'record-1' };
    await committed(log, { waiting: [waitingRow()] });

    await committed(log, { done: [done] });
    await committed(log, { done: [done, { ...done, key: 'never there' }] });

    assert.deepEqual(await log.waiting({ limit: 10 }), []);
  },

  'rows are asked for by subscription, key, kind and business action': async ({ log }) => {
    await committed(log, {
      waiting: [
        waitingRow({ subscription: 'a', key: 'x', recordId: '1', kind: 'retry' }),
        waitingRow({ subscription: 'a', key: 'x', recordId: '2', kind: 'held' }),
        waitingRow({ subscription: 'a', key: 'y', recordId: '3', kind: 'parked' }),
        waitingRow({ subscription: 'b', key: 'x', recordId: '4', correlationId: 'action-2' }),
        waitingRow({ subscription: 'b', key: 'y', recordId: '5', kind: 'effect' }),
      ],
    });

    assert.deepEqual(await ids(log, {}), ['1', '2', '3', '4', '5']);
    assert.deepEqual(await ids(log, { subscription: 'a' }), ['1', '2', '3']);
    assert.deepEqual(await ids(log, { key: 'x' }), ['1', '2', '4']);
    assert.deepEqual(await ids(log, { kinds: ['retry', 'effect'] }), ['1', '4', '5']);
    assert.deepEqual(await ids(log, { correlationId: 'action-2' }), ['4']);
    assert.deepEqual(await ids(log, { subscription: 'a', key: 'x', kinds: ['held'] }), ['2']);
    assert.deepEqual(await ids(log, { kinds: [] }), []);
    assert.deepEqual(await ids(log, { slots: { first: 8, last: 255 } }), []);
    assert.deepEqual(await ids(log, { subscription: 'b', slots: { first: 0, last: 7 } }), [
      '4',
      '5',
    ]);
    assert.deepEqual(await ids(log, { subscription: 'none' }), []);
  },

  'rows that are due come by due and position': async ({ log }) => {
    await committed(log, {
      waiting: [
        waitingRow({ recordId: 'late', key: 'a', due: 300, position: 1 }),
        waitingRow({ recordId: 'second', key: 'b', due: 100, position: 9, subscription: 'a' }),
        waitingRow({ recordId: 'first', key: 'c', due: 100, position: 5, subscription: 'z' }),
        waitingRow({ recordId: 'third', key: 'd', due: 200, position: 2 }),
      ],
    });

    assert.deepEqual(await ids(log, { dueBefore: 300 }), ['first', 'second', 'third']);
    assert.deepEqual(await ids(log, { dueBefore: 301 }), ['first', 'second', 'third', 'late']);
    assert.deepEqual(await ids(log, { dueBefore: 100 }), []);
    assert.deepEqual(await ids(log, { dueBefore: 300, subscription: 'z' }), ['first']);
    // Business time, before it is told how far it has come.
    assert.deepEqual(await ids(log, { dueBefore: -Infinity }), []);
    const all = ['first', 'second', 'third', 'late'];
    assert.deepEqual(await ids(log, { dueBefore: Infinity }), all);
  },

  'rows come by subscription, position and key otherwise, up to a limit': async ({ log }) => {
    const row = (recordId: string, subscription: string, position: number, key: string) =>
      waitingRow({ recordId, subscription, position, key });
    await committed(log, {
      waiting: [
        row('4', 'b', 1, 'a'),
        row('3', 'a', 10, 'a'),
        row('1', 'a', 2, 'x'),
        row('2', 'a', 2, 'y'),
      ],
    });

    assert.deepEqual(await ids(log, {}), ['1', '2', '3', '4']);
    assert.deepEqual(await ids(log, { limit: 2 }), ['1', '2']);
    assert.deepEqual(await ids(log, { dueBefore: 9_999, limit: 1 }), ['4']);
  },

  'rows are counted by subscription and kind': async ({ log }) => {
    const rows: Partial<WaitingRow>[] = [
      { subscription: 'a', kind: 'retry' },
      { subscription: 'a', kind: 'held' },
      { subscription: 'a', kind: 'held' },
      { subscription: 'b', kind: 'parked' },
    ];
    await committed(log, {
      waiting: rows.map((row, index) => waitingRow({ ...row, recordId: `r-${index}` })),
    });

    assert.deepEqual(await log.waitingCounts(), [
      { subscription: 'a', kind: 'held', count: 2 },
      { subscription: 'a', kind: 'retry', count: 1 },
      { subscription: 'b', kind: 'parked', count: 1 },
    ]);
  },

  'a row that is put and done in one write set is done': async ({ log }) => {
    await committed(log, { waiting: [waitingRow()], done: [waitingRow()] });

    assert.deepEqual(await log.waiting({ limit: 10 }), []);
  },
};

async function ids(log: Log, query: Partial<WaitingQuery>): Promise<string[]> {
  return (await log.waiting({ limit: 100, ...query })).map(({ recordId }) => recordId);
}
