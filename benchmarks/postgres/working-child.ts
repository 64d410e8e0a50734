/**
 * A process that counts stamps, a share of them, and tells of which streams.
 *
 *     node working-child.ts URL LEASE_MS
 */
import { boundedContext, happened, run, whenever } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { ticket } from '../counting.ts';
import { machineMs, tell, tellRunning } from '../other-process.ts';

const [url = '', leaseMs = ''] = process.argv.slice(2);
let handled: string[] = [];

/** Many at once: it is not the telling that is measured. */
function handle(id: string): void {
  if (handled.push(id) > 1) return;
  setImmediate(() => {
    tell({ handled, atMs: machineMs() });
    handled = [];
  });
}

const count = whenever('count', happened(ticket, 'Stamped'), ({ id }) => handle(id));
const context = boundedContext('counting', { aggregates: [ticket], reactions: [count] });
await run([context], { store: postgres(url, { leaseMs: Number(leaseMs) }) });
tellRunning();
