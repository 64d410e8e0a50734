/**
 * Waits for what passes by itself, however long it takes: an outage of the gateway, a server that is
 * restarted, a process that is started again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { ShopApp } from '../shop-app.ts';

/** Waits until nothing is left to do anywhere. */
export function untilSettled(app: ShopApp, signal?: AbortSignal): Promise<void> {
  return untilDone(() => app.settled({ timeoutMs: 5_000 }), signal);
}

/** Lets business come to a time: what was due on the way is done, each at its own time. */
export function untilReached(app: ShopApp, time: string, signal?: AbortSignal): Promise<void> {
  return untilDone(() => app.reachBusinessTime(time), signal);
}

/** Does it again and again; it must take effect once, however often it is begun. */
export async function untilDone(work: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  while (signal?.aborted !== true) {
    try {
      await work();
      return;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'not-settled') continue;
      if (typeof code !== 'string' || !outages.has(code)) throw error;
      await wait(BETWEEN_TRIES_MS);
    }
  }
}

const BETWEEN_TRIES_MS = 200;

/** What stands between us and an answer; what was asked for may have been done. */
const outages = new Set([
  'store-unreachable',
  'store-busy',
  'outcome-unknown',
  'transaction-timeout',
  'process-lost',
]);
