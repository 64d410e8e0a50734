import assert from 'node:assert/strict';
import { RecordKnownError } from '../../log/record-known.ts';
import { UnknownModelError } from '../../log/unknown-model.ts';
import type { WriteSet } from '../../log/write-set.ts';
import { claimAll, commit, committed, fact, facts, incoming, waitingRow } from './samples.ts';
import type { Scenarios } from './scenario.ts';
import { contentsOf } from './contents.ts';

/** All of a write set or nothing of it, and each for itself. */
export const writeSets: Scenarios = {
  'everything in a write set is committed together': async ({ log }) => {
    const writeSet = await fullWriteSet(log);

    const outcome = await commit(log, writeSet);

    assert.deepEqual(outcome, { kind: 'committed', positions: [1, 2] });
    const contents = await contentsOf(log);
    assert.deepEqual(contents, {
      records: ['o-1/1', 'billing/m-1'],
      command: 'c-1',
      position: 2,
      marks: [{ source: 'billing', contract: 'c', epoch: 'e', position: 9 }],
      snapshot: '{"status":"placed"}',
      document: '{"status":"placed"}',
      waiting: ['o-1'],
      operations: ['op-1'],
      received: ['m-1'],
    });
  },

  'a write set that conflicts writes nothing of itself': async ({ log }) => {
    const writeSet = await fullWriteSet(log);
    const before = await contentsOf(log);

    const outcome = await commit(log, { ...writeSet, expects: [{ stream: 'o-2', version: 4 }] });

    assert.equal(outcome.kind, 'conflict');
    assert.deepEqual(await contentsOf(log), before);
  },

  'a write set whose command is known writes nothing of itself': async ({ log }) => {
    const writeSet = await fullWriteSet(log);
    await committed(log, { ...(writeSet.command && { command: writeSet.command }) });
    const before = await contentsOf(log);

    const outcome = await commit(log, writeSet);

    assert.equal(outcome.kind, 'command-known');
    assert.deepEqual(await contentsOf(log), before);
  },

  'a write set that is fenced writes nothing of itself': async ({ log }) => {
    const writeSet = await fullWriteSet(log);
    await claimAll(log, 'book');
    const before = await contentsOf(log);

    const outcome = await commit(log, writeSet);

    assert.equal(outcome.kind, 'fenced');
    assert.deepEqual(await contentsOf(log), before);
  },

  'a refused write set leaves the others of its call untouched': async ({ log }) => {
    const outcomes = await log.commit([
      { records: facts('o-1', 1, 2) },
      { expects: [{ stream: 'o-1', version: 7 }], records: [fact('o-9', 1)] },
      { records: [fact('o-2', 1)] },
    ]);

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['committed', 'conflict', 'committed'],
    );
    assert.equal(await log.streamVersion('o-1'), 2);
    assert.equal(await log.streamVersion('o-2'), 1);
    assert.equal(await log.streamVersion('o-9'), 0);
  },

  'a later write set of a call sees what an earlier one did': async ({ log }) => {
    const command = {
      id: 'c-1',
      fingerprint: 'f',
      fromVersion: 0,
      toVersion: 1,
      at: 1,
      result: null,
    };

    const outcomes = await log.commit([
      { expects: [{ stream: 'o-1', version: 0 }], records: [fact('o-1', 1)] },
      { expects: [{ stream: 'o-1', version: 1 }], records: [fact('o-1', 2)] },
      { expects: [{ stream: 'o-1', version: 1 }], records: [fact('o-1', 2)] },
      { command: { ...command, stream: 'o-1' } },
      { command: { ...command, stream: 'o-2' } },
    ]);

    assert.deepEqual(outcomes, [
      { kind: 'committed', positions: [1] },
      { kind: 'committed', positions: [2] },
      { kind: 'conflict', stream: 'o-1', expected: 1, actual: 2 },
      { kind: 'committed', positions: [] },
      { kind: 'command-known', command: { ...command, stream: 'o-1' } },
    ]);
  },

  'a later write set of a call sees nothing of a refused one': async ({ log }) => {
    const outcomes = await log.commit([
      { expects: [{ stream: 'o-2', version: 1 }], records: [fact('o-1', 1)] },
      { expects: [{ stream: 'o-1', version: 0 }], records: [fact('o-1', 1)] },
    ]);

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['conflict', 'committed'],
    );
    assert.equal((await log.read({ after: 0, limit: 10 })).length, 1);
  },

  'the checks come in order: streams, command, ranges': async ({ log }) => {
    const command = {
      id: 'c-1',
      fingerprint: 'f',
      stream: 'o',
      fromVersion: 0,
      toVersion: 0,
      at: 1,
      result: null,
    };
    await committed(log, { command });
    const fence = { subscription: 'nobody claimed it', firstSlot: 0, epoch: 1 };

    const all = await commit(log, {
      expects: [{ stream: 'o-1', version: 3 }],
      command,
      fences: [fence],
    });
    const without = await commit(log, { command, fences: [fence] });

    assert.equal(all.kind, 'conflict');
    assert.equal(without.kind, 'command-known');
  },

  'a record whose id is in the log fails the call, and keeps no other write set out': async ({
    log,
  }) => {
    await committed(log, { records: [fact('o-1', 1, { id: 'taken' })] });

    const call = log.commit([
      { records: [fact('o-2', 1)] },
      { records: [fact('o-3', 1), fact('o-3', 2, { id: 'taken' })] },
      { records: [fact('o-4', 1)] },
    ]);

    await assert.rejects(call, { name: RecordKnownError.name, id: 'taken' });
    assert.equal(await log.streamVersion('o-2'), 1);
    assert.equal(await log.streamVersion('o-3'), 0);
    assert.equal(await log.streamVersion('o-4'), 1);
    assert.equal((await log.recordsById(['taken'])).length, 1);
    assert.deepEqual(await committed(log, { records: [fact('o-3', 1)] }).then((p) => p.length), 1);
  },

  'a document of an undefined read model fails the call, and keeps no other write set out': async ({
    log,
  }) => {
    const call = log.commit([
      { records: [fact('o-1', 1)], documents: [{ model: 'none', key: 'k', text: '{}' }] },
      { records: [fact('o-2', 1)] },
    ]);

    await assert.rejects(call, { name: UnknownModelError.name, model: 'none' });
    assert.equal(await log.streamVersion('o-1'), 0);
    assert.equal(await log.streamVersion('o-2'), 1);
  },

  'what could be made again is committed and refused like anything else': async ({ log }) => {
    const outcomes = await log.commit([
      { isRepeatable: true, records: [fact('o-1', 1)] },
      { isRepeatable: true, expects: [{ stream: 'o-1', version: 0 }], records: [fact('o-2', 1)] },
      { expects: [{ stream: 'o-1', version: 1 }], records: [fact('o-1', 2)] },
    ]);
    const alone = await commit(log, { isRepeatable: true, records: [fact('o-3', 1)] });

    assert.deepEqual(
      [...outcomes, alone].map(({ kind }) => kind),
      ['committed', 'conflict', 'committed', 'committed'],
    );
    assert.equal(await log.streamVersion('o-1'), 2);
    assert.equal(await log.streamVersion('o-2'), 0);
    assert.equal(await log.streamVersion('o-3'), 1);
  },

  'an empty write set is committed, and no write sets have no outcomes': async ({ log }) => {
    assert.deepEqual(await log.commit([]), []);
    assert.deepEqual(await log.commit([{}]), [{ kind: 'committed', positions: [] }]);
  },

  'more than 10,000 write sets at once are refused, and none is written': async ({ log }) => {
    const many = Array.from({ length: 10_001 }, (): WriteSet => ({ records: [] }));
    many[0] = { records: [fact('o-1', 1)] };

    await assert.rejects(log.commit(many), RangeError);

    assert.equal(await log.streamVersion('o-1'), 0);
  },

  'what was handed over can be changed afterwards without changing the log': async ({ log }) => {
    const given = { ...fact('o-1', 1) };
    const row = { ...waitingRow(), error: { name: 'E', code: null, message: 'm', stack: null } };
    await committed(log, { records: [given], waiting: [row] });

    Object.assign(given, { data: '"changed"', type: 'Changed' });
    Object.assign(row, { key: 'changed' });
    Object.assign(row.error, { message: 'changed' });

    const [found] = await log.readStream('o-1', { limit: 1 });
    const [waiting] = await log.waiting({ limit: 1 });
    assert.equal(found?.type, 'OrderPlaced');
    assert.equal(waiting?.key, 'order-1');
    assert.equal(waiting?.error?.message, 'm');
  },
};

/** A write set with something of everything. Claims "book" and defines "books". */
async function fullWriteSet(log: Parameters<typeof claimAll>[0]): Promise<WriteSet> {
  await log.defineModel('books', ['status']);
  const epoch = await claimAll(log, 'book');
  return {
    expects: [{ stream: 'o-1', version: 0 }],
    records: [fact('o-1', 1), incoming('billing', 'm-1')],
    command: {
      id: 'c-1',
      fingerprint: 'f',
      stream: 'o-1',
      fromVersion: 0,
      toVersion: 1,
      at: 1,
      result: null,
    },
    fences: [{ subscription: 'book', firstSlot: 0, epoch }],
    moves: [{ subscription: 'book', firstSlot: 0, epoch, from: 0, to: 2 }],
    marks: [{ source: 'billing', contract: 'c', epoch: 'e', position: 9 }],
    snapshots: [{ stream: 'o-1', version: 1, stateVersion: 1, state: '{"status":"placed"}' }],
    documents: [{ model: 'books', key: 'o-1', text: '{"status":"placed"}' }],
    waiting: [waitingRow({ key: 'o-1' })],
    operations: [{ id: 'op-1', at: 1, who: 'ada', action: 'redrive', why: 'fixed', detail: '{}' }],
  };
}
