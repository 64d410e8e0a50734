/** What a replay came to, in a few lines; the audit then proves it. */
import { shortages } from './inventory/shortages.ts';
import { orderBook } from './ordering/order-book.ts';
import { returnBook } from './ordering/return-book.ts';
import type { ShopApp } from './shop-app.ts';

export async function replayReport(app: ShopApp): Promise<string> {
  const orders = app.read(orderBook);
  const returns = app.read(returnBook);
  const [placed, shipped, cancelled, short, returned, refused] = await Promise.all([
    orders.count(),
    orders.count({ status: 'shipped' }),
    orders.count({ status: 'cancelled' }),
    app.read(shortages).count(),
    returns.count(),
    returns.count({ refusedUnits: { above: 0 } }),
  ]);
  const sent = await sentAfterRestock(app);
  const share = placed === 0 ? 0 : (100 * short) / placed;
  return [
    `${placed} orders: ${shipped} shipped, ${cancelled} cancelled`,
    `${short} of them met a shelf too empty at the first try (${share.toFixed(1)} %),`,
    `and waited for a restock: ${sent} were shipped then, ${short - sent} were not`,
    `${returned} returns, of ${refused} something was refused (the return book says what and why)`,
  ].join('\n');
}

/** More orders than this did not fall short in any year yet. */
const shortagesMax = 10_000;

async function sentAfterRestock(app: ShopApp): Promise<number> {
  const short = await app.read(shortages).find({ limit: shortagesMax });
  const orders = await Promise.all(short.map(({ orderId }) => app.read(orderBook).get(orderId)));
  return orders.filter((order) => order?.status === 'shipped').length;
}
