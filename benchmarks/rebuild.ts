/**
 * Rebuilding a read model: the shop's order book with its one index, on the Ordering log of a
 * replayed year, or one of that shape. The raw limit is a fold by hand: read and parse the same
 * events, fold all of them in memory, write each document once, all in one transaction.
 */
import { boundedContext, run } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { order, returnRequest } from '../examples/shop/ordering/aggregates.ts';
import { orderBook } from '../examples/shop/ordering/order-book.ts';
import { type Benchmark, type Setting, scaled } from './benchmark.ts';
import { copyLog } from './copy-log.ts';
import { fillLog } from './fill-log.ts';
import { ORDERS_OF_A_YEAR, orderLog } from './order-log.ts';
import { countEvents, rebuildByHand } from './raw-rebuild.ts';
import { secondsFor } from './stopwatch.ts';

/** Under a name of its own: a replayed shop has an order book already, and keeps it. */
export const measuredBook = { ...orderBook, name: 'measured-order-book', inline: false };

export const rebuild: Benchmark = {
  name: 'rebuild',
  about: 'the order book, on the Ordering log of a year (or of --data DIR)',
  async measure(setting) {
    const directory = `${setting.directory}/shop`;
    await provideLog(setting, directory);
    const measured = boundedContext('ordering', {
      aggregates: [order, returnRequest],
      readModels: [measuredBook],
    });
    const app = await run([measured], { store: sqlite(directory) });
    await app.settled({ timeoutMs: 600_000 });
    const path = `${directory}/ordering.sqlite`;
    const { events, records } = countEvents(path);
    setting.progress(`${events} events among ${records} records, ${setting.runs} times`);
    const seconds: number[] = [];
    const rawSeconds: number[] = [];
    for (let round = 0; round < setting.runs; round += 1) {
      rawSeconds.push(await secondsFor(() => rebuildByHand(path, `${directory}/raw-${round}`)));
      seconds.push(await secondsFor(() => app.rebuild(measuredBook)));
    }
    await app.stop();
    const rate = (count: number) => (taken: number) => count / taken;
    const raw = rawSeconds.map(rate(events));
    return [
      { metric: 'events folded', unit: 'events/s', values: seconds.map(rate(events)), raw },
      {
        metric: 'records of the log passed',
        unit: 'records/s',
        values: seconds.map(rate(records)),
      },
    ];
  },
};

async function provideLog(setting: Setting, directory: string): Promise<void> {
  if (setting.data !== undefined) {
    setting.progress(`copying the Ordering log of ${setting.data}`);
    copyLog(setting.data, directory, 'ordering');
    return;
  }
  const orders = scaled(setting, ORDERS_OF_A_YEAR, 100);
  setting.progress(`making the log of ${orders} orders`);
  await fillLog(directory, 'ordering', orderLog(orders));
}
