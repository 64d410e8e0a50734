import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { MINUTE, order, place, shop } from '../process/fixtures/deadlines.ts';
import { handClock } from '../process/fixtures/hand-clock.ts';
import { start } from '../runtime/fixtures/start.ts';
import { trace } from './trace.ts';

test('a timer stands under what set it while it is set, and as what it became afterwards', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-timers-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = sqlite(folder);
  const clock = handClock();
  const app = await start(t, [shop], { store, host: { clock } });
  const shown = () =>
    trace({ contexts: [shop], store }, 'a-1', { asJson: false, width: Number.POSITIVE_INFINITY });
  await app.handle(order, 'o-1', place('o-1'), { correlationId: 'a-1', commandId: 'place-1' });
  await app.settled();

  const before = await shown();
  clock.advance(30 * MINUTE);
  await app.settled();
  const afterwards = await shown();
  await app.stop();

  assert.deepEqual(before.split('\n'), [
    'action a-1 · 1 record in shop · recorded 2026-05-01T12:00:00.000Z · took 0 ms · 1 timer set',
    'caused by place-1',
    '└─ shop: OrderPlaced  order/o-1 v1  +0 ms  {"orderId":"o-1"}',
    '   └─ ! shop: timer "payment deadline/PaymentOverdue" is set for 2026-05-01T12:30:00.000Z',
  ]);
  assert.deepEqual(afterwards.split('\n'), [
    'action a-1 · 4 records in shop · recorded 2026-05-01T12:00:00.000Z · took 30 min · all done',
    'caused by place-1',
    '└─ shop: OrderPlaced  order/o-1 v1  +0 ms  {"orderId":"o-1"}',
    '   └─ shop: timer "payment deadline/PaymentOverdue"  +30 min  {"dueAt":"2026-05-01T12:30:00.000Z"}',
    '      └─ shop: OrderCancelled  order/o-1 v2  +30 min  {"orderId":"o-1"}',
    '         └─ shop: published shop.OrderCancelled  +30 min  {"orderId":"o-1"}',
  ]);
});
