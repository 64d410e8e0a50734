/** Waits until nothing is left to do anywhere, however long an outage (of the gateway, say) takes. */
import type { Application } from 'thereupon';

export async function untilSettled(app: Application, signal?: AbortSignal): Promise<void> {
  while (signal?.aborted !== true) {
    try {
      await app.settled({ timeoutMs: 5_000 });
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'not-settled') throw error;
    }
  }
}
