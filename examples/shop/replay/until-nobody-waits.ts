/**
 * A file ends, and business goes on a little: the weeks after it begin and the shelves are filled,
 * until no order waits any more. Each is sent then, or cancelled when it has waited for too long, so
 * that the end of a file is an end for all of its orders.
 */
import { beginningOf, weekOf } from '../inventory/model/week.ts';
import { restockWeek } from '../restock-week.ts';
import { untilDone, untilReached, untilSettled } from './until-settled.ts';
import type { ShopApp } from '../shop-app.ts';

/** Longer than any order waits for its goods and its payment, whenever it was placed. */
const daysMax = 15;

export async function untilNobodyWaits(
  app: ShopApp,
  last: string,
  signal?: AbortSignal,
): Promise<void> {
  const end = new Date(Date.parse(last) + daysMax * 24 * 60 * 60 * 1_000).toISOString();
  for (let week = weekOf(last) + 1; week <= weekOf(end); week += 1) {
    const monday = beginningOf(week);
    await untilReached(app, monday, signal);
    if (signal?.aborted === true || (await app.timers({ limit: 1 })).length === 0) return;
    await untilDone(() => restockWeek(app, { week, occurredAt: monday }), signal);
    await untilSettled(app, signal);
  }
  await untilReached(app, end, signal);
}
