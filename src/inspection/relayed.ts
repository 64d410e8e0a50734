import type { Backbone } from '../backbone/backbone.ts';
import { RELAY } from '../backbone/relay.ts';
import type { LogReader } from '../log/log.ts';
import type { Checkpoint } from '../log/write-set.ts';

/** Whether what a context publishes is handed over by a relay; without a backbone it goes log to log. */
export function isRelayed(backbone: Backbone | undefined, publisher: string): boolean {
  if (backbone === undefined) return false;
  return (backbone.for?.(publisher) ?? backbone).capabilities.relay !== false;
}

/** How far a context's relay has come; undefined when it has never run. */
export async function relayCheckpoint(log: LogReader): Promise<Checkpoint | undefined> {
  return (await log.checkpoints()).find(({ subscription }) => subscription === RELAY);
}
