/** The real payment gateway, a process of its own, is switched off by HTTP while orders come in. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silent } from 'thereupon';
import { auditTable } from '../audit/audit-table.ts';
import { runAudit } from '../audit/audit.ts';
import { behaviourFor } from '../gateway/misbehaviour.ts';
import { openShop } from '../open-shop.ts';
import { place } from '../shop-fixture.ts';
import { shopApi } from './api.ts';
import type { Overview } from './overview.ts';
import type { z } from '@hono/zod-openapi';
import type { Shop } from '../shop.ts';
import { goods } from './shop-fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'switched-gateway-'));
after(() => rmSync(directory, { recursive: true }));

test('with the gateway off Billing pauses, nothing is parked, and all goes on when it is back', async () => {
  const shop = await openShop({ directory, logger: silent, businessTime: 'watermark' });
  try {
    await shop.keepPrices({ at: new Date().toISOString(), listings: goods });
    await shop.app.settled();
    const before = await placeOrders(shop, 'BEFORE', 2);
    await shop.app.settled();

    await turn(shop, 'off');
    const during = await placeOrders(shop, 'DURING', 15);
    const paused = await overviewUntil(shop, ({ contexts }) =>
      contexts.some(({ context, stalled }) => context === 'billing' && stalled.length > 0),
    );
    assert.deepEqual([paused.gateway, paused.health, paused.parked], ['off', 'red', []]);
    assert.equal(paused.orders.shipped, before.length);
    assert.equal(paused.orders.placed, during.length);

    await turn(shop, 'on');
    await shop.app.settled();
    const back = await overviewUntil(shop, ({ health }) => health === 'green');
    assert.deepEqual([back.gateway, back.parked], ['on', []]);
    assert.equal(back.orders.shipped, before.length + during.length);
  } finally {
    await shop.close();
  }
  const audit = await runAudit({ directory });
  assert.ok(audit.isBalanced, auditTable(audit));
});

/** Orders that the gateway takes as they are. */
async function placeOrders({ app }: Shop, name: string, times: number): Promise<string[]> {
  const numbers = Array.from({ length: 2 * times }, (_, number) => `${name}-${number}`);
  const orderIds = numbers.filter((id) => behaviourFor(id) === 'answers').slice(0, times);
  const [{ productId, unitPriceMils }] = goods as [(typeof goods)[number]];
  const occurredAt = '2011-12-05T10:00:00.000Z';
  for (const orderId of orderIds)
    await place(app, orderId, { lines: [[productId, 1, unitPriceMils]], occurredAt });
  return orderIds;
}

function ask({ app, gateway }: Shop, path: string, init: RequestInit = {}) {
  return shopApi({ app, gateway, newId: String }).request(path, init);
}

async function turn(shop: Shop, status: 'on' | 'off'): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ status });
  const answer = await ask(shop, '/gateway', { method: 'PUT', headers, body });
  assert.deepEqual([answer.status, await answer.json()], [200, { status }]);
}

type Figures = z.infer<typeof Overview>;

/** Looks again and again, as the page does, until it is so. */
async function overviewUntil(shop: Shop, isSo: (figures: Figures) => boolean): Promise<Figures> {
  for (;;) {
    const figures = (await (await ask(shop, '/overview')).json()) as Figures;
    assert.deepEqual(figures.parked, []);
    if (isSo(figures)) return figures;
    // Asked without a socket, an answer can come before anything else had its turn.
    await nextTurn();
  }
}
