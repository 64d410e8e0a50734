import { RELAY } from '../backbone/relay.ts';
import type { LogReader } from '../log/log.ts';
import type { Checkpoint } from '../log/write-set.ts';

/** How far a context's relay has come; undefined when it has never run. */
export async function relayCheckpoint(log: LogReader): Promise<Checkpoint | undefined> {
  return (await log.checkpoints()).find(({ subscription }) => subscription === RELAY);
}
