import assert from 'node:assert/strict';
import type { Operation, StoredCommand } from '../../log/write-set.ts';
import { commit, committed, fact } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** What is kept beside the log: handled commands, snapshots, marks and what people did. */
export const kept: Scenarios = {
  'a command that was handled answers with what was kept of it': async ({ log }) => {
    await committed(log, { records: [fact('o-1', 1)], command });

    const again = await commit(log, {
      records: [fact('o-1', 2)],
      command: { ...command, fingerprint: 'another', fromVersion: 1, toVersion: 2 },
    });

    assert.deepEqual(again, { kind: 'command-known', command });
    assert.deepEqual(await log.command('c-1'), command);
    assert.equal(await log.command('c-2'), undefined);
    assert.equal(await log.streamVersion('o-1'), 1);
  },

  'of the same command many times at once, one is committed': async ({ log }) => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        commit(log, { records: [fact(`o-${index}`, 1)], command }),
      ),
    );

    assert.equal(outcomes.filter(({ kind }) => kind === 'committed').length, 1);
    assert.equal(outcomes.filter(({ kind }) => kind === 'command-known').length, 19);
    assert.equal(await log.head(), 1);
  },

  'a command of a refused write set is not known': async ({ log }) => {
    await commit(log, { expects: [{ stream: 'o-1', version: 1 }], command });

    assert.equal(await log.command('c-1'), undefined);
  },

  'commands are forgotten by their time': async ({ log }) => {
    await committed(log, { command: { ...command, id: 'old', at: 99 } });
    await committed(log, { command: { ...command, id: 'new', at: 100 } });

    await log.forget(100);

    assert.equal(await log.command('old'), undefined);
    assert.equal((await log.command('new'))?.at, 100);
    assert.equal((await commit(log, { command: { ...command, id: 'old' } })).kind, 'committed');
  },

  'a stream has one snapshot, the one written last': async ({ log }) => {
    const snapshot = { stream: 'o-1', version: 3, stateVersion: 1, state: '{"a":1}' };
    await committed(log, { snapshots: [snapshot, { ...snapshot, stream: 'o-2' }] });

    const next = { ...snapshot, version: 7, stateVersion: 2, state: '{"a":2}' };
    await committed(log, { snapshots: [next] });

    assert.deepEqual(await log.snapshot('o-1'), next);
    assert.equal((await log.snapshot('o-2'))?.version, 3);
    assert.equal(await log.snapshot('o-3'), undefined);
  },

  'each contract of a source has a mark of its own': async ({ log }) => {
    const mark = { source: 'billing', contract: 'paid', epoch: 'a', position: 9 };
    const other = { source: 'billing', contract: 'refunded', epoch: '', position: 0 };
    await committed(log, { marks: [other, mark] });

    await committed(log, { marks: [{ ...other, epoch: 'a', position: 4 }] });

    assert.deepEqual(await log.marks(), [mark, { ...other, epoch: 'a', position: 4 }]);
  },

  'a contract has one mark, which may go to another epoch and back': async ({ log }) => {
    await committed(log, {
      marks: [{ source: 'billing', contract: 'c', epoch: 'a', position: 90 }],
    });
    await committed(log, {
      marks: [{ source: 'catalogue', contract: 'c', epoch: 'c', position: 1 }],
    });

    await committed(log, {
      marks: [{ source: 'billing', contract: 'c', epoch: 'b', position: 5 }],
    });

    assert.deepEqual(await log.marks(), [
      { source: 'billing', contract: 'c', epoch: 'b', position: 5 },
      { source: 'catalogue', contract: 'c', epoch: 'c', position: 1 },
    ]);
  },

  'what people did is kept, the latest first, up to a limit': async ({ log }) => {
    const operations = [1, 3, 2].map((at) => operation({ id: `op-${at}`, at }));
    await committed(log, { operations });

    assert.deepEqual(await log.operations(2), [operations[1], operations[2]]);
    assert.deepEqual(
      (await log.operations(100)).map(({ id }) => id),
      ['op-3', 'op-2', 'op-1'],
    );
  },

  'the same operation again changes nothing': async ({ log }) => {
    await committed(log, { operations: [operation({ id: 'op-1' })] });

    const again = operation({ id: 'op-1', why: 'another reason' });
    await committed(log, { operations: [again, operation({ id: 'op-2', at: 2 })] });

    assert.deepEqual(
      (await log.operations(100)).map(({ id, why }) => [id, why]),
      [
        ['op-2', 'fixed'],
        ['op-1', 'fixed'],
      ],
    );
  },
};

const command: StoredCommand = {
  id: 'c-1',
  fingerprint: 'f00d',
  stream: 'o-1',
  fromVersion: 0,
  toVersion: 1,
  at: 1_000,
  result: '{"answer":1}',
};

function operation(rest: Partial<Operation>): Operation {
  return { id: 'op', at: 1, who: 'ada', action: 'redrive', why: 'fixed', detail: '{}', ...rest };
}
