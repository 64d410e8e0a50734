/** When several processes run one context, it has settled when all of them have done their share. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import type { Application } from '../../runtime/application.ts';
import { run } from '../../runtime/run.ts';
import { NotSettledError } from '../../runtime/settled.ts';
import { SLOTS, slotOf } from '../../subscription/slot.ts';
import { countingContext } from './fixtures/counting.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const IDS = Array.from({ length: 40 }, (_, index) => `c-${index}`);

test('a process has not settled while another one still works on its share', async () => {
  const url = await server.createDatabase();
  const gate = Promise.withResolvers<void>();
  const one = countingContext(() => gate.promise);
  const two = countingContext(() => undefined);
  const first = await run([one.context], { store: postgres(url) });
  const second = await run([two.context], { store: postgres(url) });
  try {
    await first.settled();
    await countAll(second, two);

    await assert.rejects(second.settled({ timeoutMs: 400 }), NotSettledError);
    gate.resolve();
    await second.settled();

    await assertMirrored(second, two);
  } finally {
    gate.resolve();
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('nothing has settled while a share goes from one process to another', async () => {
  const url = await server.createDatabase();
  const gate = Promise.withResolvers<void>();
  const one = countingContext(() => gate.promise);
  const two = countingContext(() => undefined);
  const first = await run([one.context], { store: postgres(url) });
  await countAll(first, one);
  // It must let go of a half, and cannot: it is in the middle of it.
  const second = await run([two.context], { store: postgres(url) });
  try {
    await assert.rejects(second.settled({ timeoutMs: 400 }), NotSettledError);
    const inNobodysHands = /counting: a part of its work is in nobody's hands/;
    await assert.rejects(first.settled({ timeoutMs: 400 }), inNobodysHands);
    gate.resolve();
    await Promise.all([first.settled(), second.settled()]);

    await assertMirrored(second, two);
  } finally {
    gate.resolve();
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('an action is not over while another process still handles a record of it', async () => {
  const url = await server.createDatabase();
  const gate = Promise.withResolvers<void>();
  const one = countingContext(() => gate.promise);
  const two = countingContext(() => undefined);
  const first = await run([one.context], { store: postgres(url) });
  const second = await run([two.context], { store: postgres(url) });
  try {
    await Promise.all([first.settled(), second.settled()]);
    // One that the first one mirrors, who came before: there is nothing for the second one to do.
    const id = IDS.find((each) => slotOf(each) < SLOTS / 2) ?? '';
    const [command, correlationId] = [{ type: 'Count', data: { id, by: 1 } }, 'counted'] as const;
    await second.handle(two.counter, id, command, { correlationId });

    const waited = second.settled({ correlationId, timeoutMs: 1_000 });
    await assert.rejects(waited, NotSettledError);
    gate.resolve();
    await second.settled({ correlationId });

    assert.equal(
      (await second.handle(two.mirror, id, { ...command, data: { id, by: 0 } })).state.total,
      1,
    );
  } finally {
    gate.resolve();
    await Promise.all([first.stop(), second.stop()]);
  }
});

type Counting = ReturnType<typeof countingContext>;

async function countAll(app: Application, { counter }: Counting): Promise<void> {
  await Promise.all(
    IDS.map((id) => app.handle(counter, id, { type: 'Count', data: { id, by: 1 } })),
  );
}

async function assertMirrored(app: Application, { mirror }: Counting): Promise<void> {
  const states = await Promise.all(
    IDS.map((id) => app.handle(mirror, id, { type: 'Count', data: { id, by: 0 } })),
  );
  assert.deepEqual(
    states.map(({ state }) => state.total),
    IDS.map(() => 1),
  );
}
