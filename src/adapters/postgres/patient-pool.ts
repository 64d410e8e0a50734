import type { Clock } from '../../host/clock.ts';
import { codeOf } from './errors.ts';
import type { PostgresPool } from './postgres-client.ts';

const AGAIN_MS = 10;
const AGAIN_MS_MAX = 250;

/** The server has no connection left at the moment, or is still starting, or just stopping. */
const FOR_A_MOMENT: ReadonlySet<string> = new Set(['53300', '57P03']);

/**
 * The same pool, which waits for a connection while the server has none to give: nothing was asked
 * yet, so that it is safe to try again. A server at which nobody answers is not waited for.
 */
export function patientPool(pool: PostgresPool, clock: Clock, patienceMs: number): PostgresPool {
  return {
    async connect() {
      const until = clock.elapsedMs() + patienceMs;
      for (let gapMs = AGAIN_MS; ; gapMs = Math.min(gapMs * 2, AGAIN_MS_MAX)) {
        try {
          return await pool.connect();
        } catch (error) {
          if (!FOR_A_MOMENT.has(codeOf(error) ?? '') || clock.elapsedMs() > until) throw error;
        }
        await clock.sleep(gapMs);
      }
    },
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
    off: (event, listener) => pool.off(event, listener),
  };
}
