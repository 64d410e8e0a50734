/** Waits until nothing is left to do anywhere, however long an outage (of the gateway, say) takes. */
import type { Application } from 'thereupon';

export function untilSettled(app: Application, signal?: AbortSignal): Promise<void> {
  return untilDone(() => app.settled({ timeoutMs: 5_000 }), signal);
}

/** Lets business come to a time: what was due on the way is done, each at its own time. */
export function untilReached(app: Application, time: string, signal?: AbortSignal): Promise<void> {
  return untilDone(() => app.reachBusinessTime(time), signal);
}

async function untilDone(wait: () => Promise<unknown>, signal?: AbortSignal): Promise<void> {
  while (signal?.aborted !== true) {
    try {
      await wait();
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'not-settled') throw error;
    }
  }
}
