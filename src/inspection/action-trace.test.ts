import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import type { TracedRecord, TracedWait } from './action-trace.ts';
import { order, place, see, twoContexts } from './fixtures/two-contexts.ts';
import { ACTIONS_MAX } from './find-action.ts';
import { notReachedHere } from './not-reached.ts';
import { withLogs } from './open-logs.ts';
import { tracedActions } from './traced-actions.ts';

test('what is not done is told so that it can be decided about, and says when it is tried again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-action-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = sqlite(folder);
  const { contexts, till } = twoContexts();
  till.refused.add('a-1');
  till.offline.add('a-1');
  const app = await start(t, contexts, { store });
  await app.handle(order, 'a-1', place('a-1'), { correlationId: 'action-1' });
  await until(async () => (await app.parked()).length === 1);
  const [parked] = await app.parked();

  const waits = async (): Promise<TracedWait[]> => {
    const { actions } = await tracedActions({ contexts, store }, 'action-1');
    return actions.flatMap(({ causes }) => causes.flatMap(({ caused }) => caused.flatMap(waitsOf)));
  };
  await until(async () =>
    (await waits()).some(({ attempts, kind }) => kind === 'effect' && attempts > 0),
  );
  const found = await waits();

  const ask = found.find(({ subscription }) => subscription === 'ask for payment');
  const charge = found.find(({ subscription }) => subscription === 'charge the card');
  assert.deepEqual(
    [ask?.kind, ask?.context, ask?.key, ask?.recordId, ask?.due],
    ['parked', 'billing', 'a', parked?.recordId, null],
  );
  assert.ok(charge?.due && Date.parse(charge.due) > Date.parse(charge.since));
});

test('of an aggregate that had a part in a great many actions the latest are told, the oldest of them first', async (t) => {
  const { contexts } = twoContexts();
  const store = memory();
  const app = await start(t, contexts, { store });
  const all = Array.from({ length: ACTIONS_MAX + 3 }, (_, index) => `action-${index}`);
  for (const correlationId of all) await app.handle(order, 'a-1', see('a-1'), { correlationId });

  const { actions, moreActions } = await tracedActions({ contexts, store }, 'order/a-1');

  assert.deepEqual(
    actions.map(({ correlationId }) => correlationId),
    all.slice(3),
  );
  assert.equal(moreActions, 3);
});

test('who has not come to a record yet is told with it, and nobody once all have', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-action-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = sqlite(folder);
  const { contexts } = twoContexts();
  const begun = await start(t, contexts, { store });
  await begun.handle(order, 'a-1', place('a-1'), { correlationId: 'action-1' });
  await begun.settled();
  const done = await tracedActions({ contexts, store }, 'action-1');
  await begun.stop();
  const alone = await start(t, contexts, { store, only: ['ordering'] });
  await alone.handle(order, 'a-2', place('a-2'), { correlationId: 'action-2' });
  await alone.settled();
  await alone.stop();

  const open = await tracedActions({ contexts, store }, 'action-2');

  assert.equal(done.actions[0]?.notReachedCount, 0);
  assert.equal(open.actions[0]?.notReachedCount, 1);
  const [event] = open.actions[0]?.causes[0]?.caused ?? [];
  const message = event?.caused.find(({ direction }) => direction === 'outgoing');
  assert.deepEqual(message?.notReached, [
    { context: 'billing', subscription: 'intake from ordering', kind: 'intake' },
  ]);
});

test('a subscription whose checkpoint is before a record that it wants has not come to it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-action-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = sqlite(folder);
  const { contexts } = twoContexts();
  const app = await start(t, contexts, { store });
  await app.handle(order, 'a-1', place('a-1'));
  await app.settled();
  await app.stop();

  await withLogs({ contexts, store }, 'billing', async ([billing]) => {
    assert.ok(billing);
    const [taken] = await billing.log.read({ after: 0, limit: 1, directions: ['incoming'] });
    const checkpoints = await billing.log.checkpoints();
    const before = checkpoints.map((each) => ({ ...each, position: 0 }));
    assert.ok(taken);

    assert.deepEqual(notReachedHere(billing, taken, checkpoints), []);
    assert.deepEqual(
      notReachedHere(billing, taken, before).map(({ subscription }) => subscription),
      ['ask for payment', 'charge the card'],
    );
  });
});

function waitsOf({ waiting, caused }: TracedRecord): TracedWait[] {
  return [...waiting, ...caused.flatMap(waitsOf)];
}
