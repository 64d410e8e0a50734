import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { commit, fact } from '../conformance/log/samples.ts';
import { LogClosedError } from '../log/log.ts';
import { everyFault, Faults, InjectedFaultError } from './faults.ts';
import { faultyLog, faultyStore } from './faulty-log.ts';

test('a log without a fault works, and its calls are counted by name', async () => {
  const faults = new Faults();
  const log = faultyLog(await memory().open('ordering'), faults);

  await commit(log, { records: [fact('o-1', 1)] });
  await commit(log, { records: [fact('o-1', 2)] });
  const version = await log.streamVersion('o-1');

  assert.equal(version, 2);
  assert.equal(log.context, 'ordering');
  assert.notEqual(log.epoch, '');
  assert.deepEqual(
    [...faults.counts],
    [
      ['ordering.commit', 2],
      ['ordering.streamVersion', 1],
    ],
  );
  assert.equal(faults.isStruck, false);
});

test('a call that fails before did not happen, and the next one works', async () => {
  const faults = new Faults({ call: 'ordering.commit', nth: 2, kind: 'before' });
  const log = faultyLog(await memory().open('ordering'), faults);
  await commit(log, { records: [fact('o-1', 1)] });

  await assert.rejects(commit(log, { records: [fact('o-1', 2)] }), InjectedFaultError);

  assert.equal(faults.isStruck, true);
  assert.equal(await log.streamVersion('o-1'), 1);
  assert.equal((await commit(log, { records: [fact('o-1', 2)] })).kind, 'committed');
});

test('a call whose answer is lost did happen, and the next one works', async () => {
  const faults = new Faults({ call: 'ordering.commit', nth: 1, kind: 'answer-lost' });
  const log = faultyLog(await memory().open('ordering'), faults);

  await assert.rejects(commit(log, { records: [fact('o-1', 1)] }), InjectedFaultError);

  assert.equal(await log.streamVersion('o-1'), 1);
});

test('after a crash everything rejects, and the store holds what had happened', async () => {
  const store = memory();
  const fault = { call: 'ordering.commit', nth: 1, kind: 'after' } as const;
  const faults = new Faults(fault, () => store.crash('ordering'));
  const log = faultyLog(await store.open('ordering'), faults);

  await assert.rejects(commit(log, { records: [fact('o-1', 1)] }), InjectedFaultError);

  assert.equal(faults.isCrashed, true);
  await assert.rejects(log.head(), LogClosedError);
  const again = await store.open('ordering');
  assert.equal(await again.streamVersion('o-1'), 1);
});

test('what was under way when the process ended is told to nobody', async () => {
  const fault = { call: 'ordering.commit', nth: 1, kind: 'after' } as const;
  const log = faultyLog(await memory().open('ordering'), new Faults(fault));
  const end = Promise.withResolvers<void>();
  const transaction = log.transaction(async () => {
    await end.promise;
    return { result: 0, writeSet: {} };
  });

  const crashing = commit(log, {});
  end.resolve();

  await assert.rejects(crashing, InjectedFaultError);
  await transaction.catch(() => undefined);
  await assert.rejects(log.claim({ ...range, position: 0 }), LogClosedError);
});

test('a sweep fails every call of a run once in every way', async () => {
  const counts = new Map([
    ['ordering.commit', 2],
    ['ordering.published.read', 1],
  ]);

  const faults = everyFault(counts);

  assert.equal(faults.length, 9);
  assert.equal(new Set(faults.map((fault) => JSON.stringify(fault))).size, 9);
  assert.deepEqual(faults[0], { call: 'ordering.commit', nth: 1, kind: 'before' });
});

test('the logs, readers and views of a store are counted and fail apart', async () => {
  const fault = { call: 'ordering.published.read', nth: 1, kind: 'before' } as const;
  const faults = new Faults(fault);
  const store = faultyStore(memory(), faults);
  const log = await store.open('ordering');
  const reader = await store.reader('ordering');
  const view = await store.published('ordering');

  await log.head();
  await reader.head();

  await assert.rejects(view.read({ after: 0, types: [], limit: 1 }), InjectedFaultError);
  assert.deepEqual(
    [...faults.counts.keys()],
    [
      'ordering.open',
      'ordering.openReader',
      'ordering.openPublished',
      'ordering.head',
      'ordering.reader.head',
      'ordering.published.read',
    ],
  );
});

const range = { subscription: 's', firstSlot: 0, lastSlot: 255, owner: 'a', fingerprint: 'f' };
