/**
 * A server that is short of memory, or of room on its disk, takes no messages until that is over.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import type { Application } from '../../runtime/application.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { memory } from '../memory/memory-store.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

/** More than what comes ahead: taking it in needs acknowledgements. */
const WAITING = 600;
const PLACED = 100;
/** What a busy machine may take for a call. */
const CALL_MS = 2_000;
const CONFIRM_WITHIN_MS = 500;

let server: RabbitmqServer;
before(async () => {
  server = await startRabbitmq();
});
after(() => server?.close());

test('during an alarm callers feel nothing, what waits is taken in, health says why, and then all goes on', async (t) => {
  const heard: string[] = [];
  const map = [ordering, listening((_, { data }) => void heard.push(noteIn(data)))];
  const backbone = () => backboneOf('alarm');
  const publisher = await start(t, map, { only: ['ordering'], backbone: backbone() });
  await placeNotes(publisher, 0, WAITING);
  await publisher.settled();
  await publisher.stop();

  await raiseAlarm();
  t.after(endAlarm);
  const app = await start(t, map, { backbone: backbone() });
  const slowestMs = await placeNotes(app, WAITING, PLACED);
  await until(() => heard.length >= WAITING);
  await until(async () => (await app.health()).status === 'red');
  const { contexts } = await app.health();
  const stalled = contexts.flatMap(({ context, subscriptions }) =>
    subscriptions
      .filter(({ stalledWhy }) => stalledWhy !== null)
      .map(({ name, stalledWhy }) => ({ context, name, stalledWhy })),
  );
  const heardMeanwhile = heard.length;
  await endAlarm();
  await until(() => heard.length >= WAITING + PLACED);
  await app.settled();

  assert.ok(slowestMs < CALL_MS, `A call took ${slowestMs} ms.`);
  assert.equal(heardMeanwhile, WAITING);
  assert.deepEqual(
    stalled.map(({ context, name }) => [context, name]),
    [['ordering', 'relay']],
  );
  assert.match(stalled[0]?.stalledWhy ?? '', /takes no messages now, it is low on memory/);
  assert.deepEqual(
    heard,
    Array.from({ length: WAITING + PLACED }, (_, number) => String(number)),
  );
  assert.equal((await app.health()).status, 'green');
});

test('an application stops in order during an alarm, and what it has published goes out by the next one', async (t) => {
  const heard: string[] = [];
  const map = [ordering, listening((_, { data }) => void heard.push(noteIn(data)))];
  const store = memory();
  const app = await start(t, map, { store, backbone: backboneOf('stopped') });
  await placeNotes(app, 0, 1);
  await until(() => heard.length === 1);

  await raiseAlarm();
  t.after(endAlarm);
  await placeNotes(app, 1, PLACED);
  await until(async () => (await app.health()).status === 'red');
  const stoppedAt = performance.now();
  await app.stop();
  const tookMs = performance.now() - stoppedAt;
  const next = await start(t, map, { store, backbone: backboneOf('stopped') });
  await endAlarm();
  await until(() => heard.length >= PLACED + 1);
  await next.settled();

  assert.ok(tookMs < 10_000, `It took ${tookMs} ms.`);
  assert.deepEqual(
    heard,
    Array.from({ length: PLACED + 1 }, (_, number) => String(number)),
  );
});

function backboneOf(prefix: string) {
  return rabbitmq({ url: server.url, prefix, confirmWithinMs: CONFIRM_WITHIN_MS });
}

function noteIn(data: unknown): string {
  return (data as { readonly note: string }).note;
}

async function raiseAlarm(): Promise<void> {
  await server.ctl('set_vm_memory_high_watermark', '0.0001');
}

async function endAlarm(): Promise<void> {
  await server.ctl('set_vm_memory_high_watermark', '0.4');
}

/** All of one key, numbered. Answers with what the slowest call took. */
async function placeNotes(app: Application, from: number, count: number): Promise<number> {
  let slowestMs = 0;
  for (let number = from; number < from + count; number += 1) {
    const at = performance.now();
    await app.transaction(ordering, (tx) =>
      tx.publish(OrderPlaced, { orderId: 'o-1', note: String(number) }),
    );
    slowestMs = Math.max(slowestMs, performance.now() - at);
  }
  return slowestMs;
}

/** A server beside many others on a busy machine takes its time. */
function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  return untilWithin(holds, 60_000);
}
