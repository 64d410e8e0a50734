/** Over a broker what never comes is waited for once, and not by every read that follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { readModel, type } from '../read-model/read-model.ts';
import type { Application } from './application.ts';
import { start, until } from './fixtures/start.ts';

const Told = contract('source.Told', {
  version: 1,
  schema: z.object({ id: z.string(), note: z.string().optional() }),
  key: ({ id }) => id,
});
const heard = readModel({
  name: 'heard',
  version: 1,
  document: type<{ id: string }>(),
  from: [Told],
  by: ({ data }) => data.id,
  evolve: { 'source.Told': (_, { data }) => ({ id: data.id }) },
});
const source = boundedContext('source', { publishes: [Told] });
const listening = boundedContext('listening', { readModels: [heard] });
const contexts = [source, listening];
const by = { who: 'ann', why: 'of no use' };
/** Less than what never comes is waited for. */
const QUICK = { timeoutMs: 1_500 };

test('what was too large for the broker and was discarded holds up the first read that comes after it, and no other', async (t) => {
  const backbone = memoryBackbone({ bytesMax: 200 });
  const app = await start(t, contexts, { store: memory(), backbone });
  await tell(app, 'large', 'x'.repeat(500));
  await until(async () => (await app.parked({ subscription: 'relay' })).length === 1);
  await app.discard({ subscription: 'relay' }, by);

  await assertHeard(app, 'first', {});
  await assertHeard(app, 'second', QUICK);
});

test('so does what was published before anybody listened, where nothing is replayed', async (t) => {
  const store = memory();
  const backbone = memoryBackbone({ replay: false });
  const before = await start(t, [source], { store, backbone });
  await tell(before, 'old');
  await before.settled();
  await before.stop();
  const app = await start(t, contexts, { store, backbone });

  await assertHeard(app, 'first', {});
  await assertHeard(app, 'second', QUICK);
});

test('what still waits in the outbox is waited for, though nothing is on its way', async (t) => {
  const store = memory();
  const backbone = memoryBackbone();
  const app = await start(t, contexts, { store, backbone });
  await assertHeard(app, 'first', {});
  backbone.switchOff();
  const { token } = await tell(app, 'later');
  const read = app.read(heard).get('later', { after: token, timeoutMs: 20_000 });

  backbone.switchOn();

  assert.deepEqual(await read, { id: 'later' });
});

function tell(app: Application, id: string, note?: string) {
  const data = note === undefined ? { id } : { id, note };
  return app.transaction(source, (tx) => tx.publish(Told, data));
}

async function assertHeard(app: Application, id: string, options: object): Promise<void> {
  const { token } = await tell(app, id);
  assert.deepEqual(await app.read(heard).get(id, { after: token, ...options }), { id });
  await app.settled({ after: [token], ...options });
}
