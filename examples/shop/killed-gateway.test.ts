/**
 * The gateway is killed again and again while a year is replayed: the shop waits for it, asks again
 * under the same keys, and comes to what it comes to in peace.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { silent } from 'thereupon';
import { auditTable } from './audit/audit-table.ts';
import { runAudit } from './audit/audit.ts';
import { bytesAcknowledged } from './killed-shop-fixture.ts';
import { allDocuments } from './left-behind-fixture.ts';
import { openShop } from './open-shop.ts';
import { madeOrders } from './replay/made-orders.ts';
import { readOrderFile, replayFile } from './replay-file.ts';
import type { Shop } from './shop.ts';

const kills = 3;
const bytesBetweenKills = 900;

let directory: string;
let orders: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-gateway-killed-'));
  orders = join(directory, 'orders.csv');
  await writeFile(orders, [...madeOrders({ invoices: 120 })].join(''));
});
after(() => rm(directory, { recursive: true, force: true }));

test('a replay whose gateway is killed comes to what it comes to without', async () => {
  const quiet = join(directory, 'quiet');
  const disturbed = join(directory, 'disturbed');

  await replay(quiet, () => Promise.resolve());
  const told = await replay(disturbed, (shop) => killGateway(shop, disturbed));

  const audit = await runAudit({ directory: disturbed });
  assert.ok(audit.isBalanced, auditTable(audit));
  assert.deepEqual(
    await allDocuments({ directory: disturbed }),
    await allDocuments({ directory: quiet }),
  );
  assert.equal(told.filter((line) => /has ended \(SIGKILL\)/.test(line)).length, kills);
});

/** Answers with what was told of the gateway. */
async function replay(data: string, disturb: (shop: Shop) => Promise<void>): Promise<string[]> {
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const shop = await openShop({
    directory: data,
    businessTime: 'watermark',
    logger: silent,
    tell,
  });
  const { signal } = new AbortController();
  try {
    const file = await readOrderFile(orders, signal);
    assert.ok(file);
    await Promise.all([
      replayFile(shop, file, {
        directory: data,
        target: { write: () => true },
        nowMs: () => performance.now(),
        signal,
      }),
      disturb(shop),
    ]);
    assert.deepEqual(await shop.app.parked(), []);
  } finally {
    await shop.close();
  }
  return told;
}

async function killGateway({ gateway }: Shop, data: string): Promise<void> {
  for (let kill = 1; kill <= kills; kill += 1) {
    const { pid } = gateway;
    while (bytesAcknowledged(data) < kill * bytesBetweenKills) await wait(1);
    process.kill(pid, 'SIGKILL');
    while (gateway.pid === pid) await wait(1);
  }
}
