import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { committed } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { auditTrail } from './audit-trail.ts';
import { withLogs } from './open-logs.ts';

const contexts = [boundedContext('ordering', {}), boundedContext('billing', {})];

test('what was done comes the latest first, also what was done in one moment', async () => {
  const store = memory();
  await done(store, 'ordering', [
    ['pause', 20],
    ['resume', 20],
    ['redrive', 30],
  ]);
  await done(store, 'billing', [['discard', 25]]);

  const { operations, isCut } = await withLogs({ contexts, store }, undefined, (logs) =>
    auditTrail(logs, 10),
  );

  assert.deepEqual(
    operations.map(({ action }) => action),
    ['redrive', 'discard', 'resume', 'pause'],
  );
  assert.equal(isCut, false);
});

test('of a long trail the latest are told, and that there is more', async () => {
  const store = memory();
  await done(store, 'ordering', [
    ['pause', 20],
    ['resume', 30],
  ]);

  const { operations, isCut } = await withLogs({ contexts, store }, 'ordering', (logs) =>
    auditTrail(logs, 1),
  );

  assert.deepEqual([operations.map(({ action }) => action), isCut], [['resume'], true]);
});

async function done(
  store: ReturnType<typeof memory>,
  context: string,
  what: readonly (readonly [action: string, at: number])[],
): Promise<void> {
  const log = await store.open(context);
  await committed(log, {
    operations: what.map(([action, at]) => {
      return { id: `${context} ${action}`, at, who: 'ann', action, why: 'a test', detail: '{}' };
    }),
  });
  await log.close();
}
