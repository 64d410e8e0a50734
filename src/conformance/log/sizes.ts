import assert from 'node:assert/strict';
import { claimAll, committed, fact, facts, incoming, waitingRow } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Large things, many things, and large numbers. */
export const sizes: Scenarios = {
  'a payload of a mebibyte comes back whole': async ({ log }) => {
    const large = JSON.stringify({ text: 'é🎁"\n'.repeat(2 ** 18) });
    await log.defineModel('book', []);

    await committed(log, {
      records: [fact('o-1', 1, { data: large })],
      documents: [{ model: 'book', key: 'k', text: large }],
      snapshots: [{ stream: 'o-1', version: 1, stateVersion: 1, state: large }],
      waiting: [waitingRow({ payload: large })],
    });

    const [found] = await log.read({ after: 0, limit: 1 });
    assert.ok(large.length > 2 ** 20);
    assert.equal(found?.data === large, true);
    assert.equal((await log.document('book', 'k')) === large, true);
    assert.equal((await log.snapshot('o-1'))?.state === large, true);
    assert.equal((await log.waiting({ limit: 1 }))[0]?.payload === large, true);
  },

  '10,000 records in one write set are committed, in order': async ({ log }) => {
    const positions = await committed(log, { records: facts('o-1', 1, 10_000) });

    assert.equal(positions.length, 10_000);
    assert.ok(positions.every((position, index) => position === index + 1));
    assert.equal(await log.streamVersion('o-1'), 10_000);
    assert.equal((await log.read({ after: 9_990, limit: 100 })).length, 10);
  },

  '10,000 write sets in one call are committed, in order': async ({ log }) => {
    const writeSets = facts('o-1', 1, 10_000).map((record) => ({ records: [record] }));

    const outcomes = await log.commit(writeSets);

    assert.equal(outcomes.length, 10_000);
    assert.deepEqual(outcomes.at(-1), { kind: 'committed', positions: [10_000] });
    assert.equal(await log.streamVersion('o-1'), 10_000);
  },

  'questions may name 10,000 things at once': async ({ log }) => {
    const records = facts('o-1', 1, 100);
    await log.defineModel('book', []);
    await committed(log, { records: [...records, incoming('billing', 'm-1')] });
    const many = Array.from({ length: 10_000 }, (_, index) => `nothing-${index}`);

    const byId = await log.recordsById([...many, ...records.map(({ id }) => id)]);
    const known = await log.received('billing', [...many, 'm-1']);

    assert.equal(byId.length, 100);
    assert.deepEqual([...known], ['m-1']);
    assert.equal((await log.documents('book', many)).size, 0);
    assert.equal((await log.read({ after: 0, limit: 9, types: many })).length, 0);
  },

  'numbers keep every digit up to 2^53': async ({ log }) => {
    const large = Number.MAX_SAFE_INTEGER;
    const record = fact('o-1', 1, { occurredAt: large, recordedAt: -large, schemaVersion: large });
    const row = waitingRow({ due: large, position: large - 1, since: large - 2, attempts: large });
    const epoch = await claimAll(log, 's', large - 1);
    await committed(log, {
      records: [record, incoming('billing', 'm-1', { at: large - 1 })],
      waiting: [row],
      marks: [{ source: 'billing', contract: 'c', epoch: 'e', position: large }],
      snapshots: [{ stream: 'o-1', version: large, stateVersion: large, state: '0' }],
      moves: [{ subscription: 's', firstSlot: 0, epoch, from: large - 1, to: large }],
    });
    await log.forget(large);

    assert.deepEqual(await log.readStream('o-1', { limit: 1 }), [{ ...record, position: 1 }]);
    assert.deepEqual(await log.waiting({ limit: 1 }), [row]);
    assert.equal((await log.marks())[0]?.position, large);
    assert.equal((await log.snapshot('o-1'))?.version, large);
    assert.equal((await log.checkpoints())[0]?.position, large);
    assert.equal(await log.floor('billing'), large);
    assert.deepEqual(await log.read({ after: large, limit: large }), []);
  },
};
