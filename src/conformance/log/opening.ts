import assert from 'node:assert/strict';
import { ContextNameError } from '../../log/context-name.ts';
import { LogInUseError } from '../../log/log-in-use.ts';
import { type Log, LogClosedError, type LogReader } from '../../log/log.ts';
import { claimAll, commit, committed, fact, facts, incoming, waitingRow } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Opening, closing and crashing: one owner, and nothing lost that was acknowledged. */
export const opening: Scenarios = {
  'everything is there again when a log was closed and is opened again': async ({ store, log }) => {
    await log.defineModel('book', ['a']);
    const epoch = await claimAll(log, 's');
    await committed(log, {
      records: [...facts('o-1', 1, 3), incoming('billing', 'm-1', { at: 900 })],
      command: {
        id: 'c',
        fingerprint: 'f',
        stream: 'o-1',
        fromVersion: 0,
        toVersion: 3,
        at: 900,
        result: null,
      },
      moves: [{ subscription: 's', firstSlot: 0, epoch, from: 0, to: 4 }],
      marks: [{ source: 'billing', contract: 'c', epoch: 'e', position: 9 }],
      snapshots: [{ stream: 'o-1', version: 3, stateVersion: 1, state: '{}' }],
      documents: [{ model: 'book', key: 'k', text: '{"a":1}' }],
      waiting: [waitingRow()],
      operations: [{ id: 'op', at: 1, who: 'ada', action: 'a', why: 'w', detail: '{}' }],
    });
    await log.forget(500);
    const before = await everythingIn(log);
    await log.close();

    const again = await store.open('ordering');

    assert.deepEqual(await everythingIn(again), before);
    assert.equal(again.epoch, log.epoch);
    assert.equal(again.context, 'ordering');
  },

  'a log that was opened again goes on where it was': async ({ store, log }) => {
    await committed(log, { records: [fact('o-1', 1), incoming('billing', 'm-1')] });
    const epoch = await claimAll(log, 's');
    await log.close();

    const again = await store.open('ordering');
    const stale = await commit(again, { expects: [{ stream: 'o-1', version: 0 }] });
    const known = await commit(again, { records: [incoming('billing', 'm-1'), fact('o-1', 2)] });
    const held = await commit(again, { fences: [{ subscription: 's', firstSlot: 0, epoch }] });

    assert.equal(stale.kind, 'conflict');
    assert.deepEqual(known, { kind: 'committed', positions: [0, 3] });
    assert.equal(held.kind, 'committed');
    assert.equal(await claimAll(again, 's'), epoch + 1);
  },

  'a second owner is refused, and the first goes on': async ({ store, log, skip }) => {
    if (log.membership !== undefined) return skip('several processes share its logs');
    await assert.rejects(store.open('ordering'), {
      name: LogInUseError.name,
      code: 'log-in-use',
      context: 'ordering',
    });

    assert.equal((await commit(log, { records: [fact('o-1', 1)] })).kind, 'committed');
  },

  'a context has a plain name: no path, no quotes, nothing invisible': async ({ store }) => {
    const names = ['', '.', '../up', 'a/b', 'a\\b', 'a"b', "it's", 'a b', 'emoji🎁', 'a\n', '-a'];

    for (const name of [...names, 'a'.repeat(101)]) {
      const refused = { name: ContextNameError.name, context: name };
      await assert.rejects(store.open(name), refused, JSON.stringify(name));
      await assert.rejects(store.reader(name), refused, JSON.stringify(name));
      await assert.rejects(store.published(name), refused, JSON.stringify(name));
    }
  },

  'the logs of two contexts are two logs': async ({ store, log }) => {
    const billing = await store.open('billing');
    await committed(log, { records: [fact('o-1', 1)] });

    assert.equal(await billing.head(), 0);
    assert.equal(billing.context, 'billing');
    assert.notEqual(billing.epoch, log.epoch);
    await billing.close();
    assert.equal(await log.head(), 1);
  },

  'a reader sees what its owner commits, and what is left without one': async ({ store, log }) => {
    const reader = await store.reader('ordering');
    await committed(log, { records: [fact('o-1', 1)] });

    const beside = await reader.streamVersion('o-1');
    await log.close();

    assert.equal(beside, 1);
    assert.equal(await reader.streamVersion('o-1'), 1);
    assert.equal(reader.epoch, log.epoch);
    assert.equal(reader.context, 'ordering');
  },

  'a diagnosis names who runs a log, and nobody once that has ended': async (scene) => {
    const { store, log, skip } = scene;
    if (store.diagnose === undefined) return skip('it knows nothing beside what is in its logs');
    const before = await store.diagnose('billing');
    await log.membership?.join({ id: 'a', knows: {} }, async () => undefined);
    await log.membership?.beat('a', { s: [0, 127] });

    const running = await store.diagnose('ordering');
    await log.membership?.leave('a');
    await log.close();
    const after = await store.diagnose('ordering');

    assert.deepEqual([before.runners, after.runners], [[], []]);
    assert.deepEqual(
      running.runners.map(({ pid, isAlive, holds }) => ({ pid, isAlive, holds })),
      [{ pid: process.pid, isAlive: true, holds: log.membership ? { s: [0, 127] } : null }],
    );
    assert.equal(running.isShared, log.membership !== undefined);
    assert.equal(running.heldBy, null);
  },

  'closing a reader does not close the log': async ({ store, log }) => {
    const reader = await store.reader('ordering');

    await reader.close();
    await reader.close();

    await assert.rejects(reader.head(), { name: LogClosedError.name });
    assert.equal((await commit(log, { records: [fact('o-1', 1)] })).kind, 'committed');
    assert.equal(await log.head(), 1);
  },

  'a log that was never opened is empty to a reader, until it is opened': async ({ store }) => {
    const reader = await store.reader('billing');
    const before = await reader.read({ after: 0, limit: 10 });

    const log = await store.open('billing');
    await committed(log, { records: [fact('o-1', 1)] });

    assert.deepEqual(before, []);
    assert.equal(await reader.head(), 1);
    assert.equal(reader.epoch, log.epoch);
  },

  'every call of a closed log rejects with LogClosedError': async ({ log }) => {
    await log.close();

    for (const [name, call] of Object.entries(callsOf(log))) {
      const error: unknown = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof LogClosedError, `${name}: ${String(error)}`);
      assert.equal(error.context, 'ordering');
    }
    await log.close();
  },

  'closing waits for what is under way, and takes nothing more': async ({ store, log }) => {
    const end = Promise.withResolvers<void>();
    const inside = Promise.withResolvers<void>();
    const transaction = log.transaction(async () => {
      inside.resolve();
      await end.promise;
      return { result: 0, writeSet: { records: [fact('o-1', 1)] } };
    });
    await inside.promise;
    const waiting = commit(log, { records: [fact('o-2', 1)] });

    let isClosed = false;
    const closing = log.close().then(() => (isClosed = true));
    const late = commit(log, { records: [fact('o-3', 1)] });
    await assert.rejects(late, { name: LogClosedError.name });
    if (log.membership === undefined)
      await assert.rejects(store.open('ordering'), { name: LogInUseError.name });
    const wasClosedTooEarly = isClosed;
    end.resolve();
    const [{ outcome }, committedAfter] = await Promise.all([transaction, waiting, closing]);

    assert.equal(wasClosedTooEarly, false);
    assert.equal(outcome.kind, 'committed');
    assert.equal(committedAfter.kind, 'committed');
    const again = await store.open('ordering');
    assert.equal(await again.streamVersion('o-1'), 1);
    assert.equal(await again.streamVersion('o-2'), 1);
    assert.equal(await again.streamVersion('o-3'), 0);
  },

  'what was acknowledged before a crash is there after it, and the old log is closed': async ({
    store,
    log,
    crash,
    skip,
  }) => {
    if (crash === undefined) return skip('the subject has no crash()');
    await committed(log, { records: [fact('o-1', 1)] });

    await crash('ordering');
    const again = await store.open('ordering');

    await assert.rejects(commit(log, { records: [fact('o-1', 2)] }), {
      name: LogClosedError.name,
    });
    assert.equal(await again.streamVersion('o-1'), 1);
    assert.equal(again.epoch, log.epoch);
  },

  'a transaction that a crash interrupts leaves nothing, whatever it still does': async (scene) => {
    const { store, log, crash, sql } = scene;
    if (crash === undefined) return scene.skip('the subject has no crash()');
    await log.transaction(async (database) => {
      await sql(database, 'create table own (value text not null)');
      return { result: 0, writeSet: {} };
    });
    const inside = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const transaction = log.transaction(async (database) => {
      await sql(database, "insert into own values ('before')");
      inside.resolve();
      await end.promise;
      await sql(database, "insert into own values ('after')");
      return { result: 0, writeSet: { records: [fact('o-1', 1)] } };
    });
    const waiting = commit(log, { records: [fact('o-2', 1)] });
    await inside.promise;

    await crash('ordering');
    const again = await store.open('ordering');
    await assert.rejects(transaction, { name: LogClosedError.name });
    await assert.rejects(waiting, { name: LogClosedError.name });
    end.resolve();

    const { result } = await again.transaction(async (database) => {
      return { result: await sql(database, 'select * from own'), writeSet: {} };
    });
    assert.deepEqual(result, []);
    assert.equal(await again.head(), 0);
  },
};

async function everythingIn(log: LogReader): Promise<object> {
  return {
    head: await log.head(),
    records: await log.read({ after: 0, limit: 100 }),
    command: await log.command('c'),
    checkpoints: await log.checkpoints(),
    marks: await log.marks(),
    streams: await log.streams({ limit: 100 }),
    snapshot: await log.snapshot('o-1'),
    document: await log.document('book', 'k'),
    models: await log.models(),
    waiting: await log.waiting({ limit: 100 }),
    operations: await log.operations(100),
    received: await log.received('billing', ['m-1']),
    floor: await log.floor('billing'),
  };
}

/** Each call of the port, by name. */
function callsOf(log: Log): Record<string, () => Promise<unknown>> {
  const range = { subscription: 's', firstSlot: 0, lastSlot: 255 };
  return {
    commit: () => log.commit([{}]),
    transaction: () => log.transaction(async () => ({ result: 0, writeSet: {} })),
    claim: () => log.claim({ ...range, owner: 'a', fingerprint: 'f', position: 0 }),
    defineModel: () => log.defineModel('m', []),
    dropModel: () => log.dropModel('m', 'm'),
    replaceModel: () => log.replaceModel({ from: 'm', to: 'n' }),
    forget: () => log.forget(0),
    head: () => log.head(),
    read: () => log.read({ after: 0, limit: 1 }),
    readStream: () => log.readStream('s', { limit: 1 }),
    streamVersion: () => log.streamVersion('s'),
    streams: () => log.streams({ limit: 1 }),
    recordsById: () => log.recordsById(['a']),
    recordsOfAction: () => log.recordsOfAction('a', 1),
    snapshot: () => log.snapshot('s'),
    command: () => log.command('c'),
    checkpoints: () => log.checkpoints(),
    marks: () => log.marks(),
    received: () => log.received('s', ['a']),
    floor: () => log.floor('s'),
    waiting: () => log.waiting({ limit: 1 }),
    waitingCounts: () => log.waitingCounts(),
    operations: () => log.operations(1),
    document: () => log.document('m', 'k'),
    documents: () => log.documents('m', ['k']),
    findDocuments: () => log.findDocuments('m', { where: [], limit: 1 }),
    countDocuments: () => log.countDocuments('m', []),
    models: () => log.models(),
  };
}
