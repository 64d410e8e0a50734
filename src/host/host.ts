import { type Clock, systemClock } from './clock.ts';
import { type Ids, uuidv7Ids } from './ids.ts';
import { type Randomness, systemRandomness } from './randomness.ts';

/** All that the outside decides: time, ids and chance. */
export interface Host {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly randomness: Randomness;
  /** Keeps the process alive until what it returns is called. Default: as `stayAlive` does. */
  readonly stayAlive?: () => () => void;
}

/** The machine's own clock, ids and randomness; any of them can be given instead. */
export function systemHost(given: Partial<Host> = {}): Host {
  const clock = given.clock ?? systemClock();
  const randomness = given.randomness ?? systemRandomness();
  return { clock, randomness, ids: given.ids ?? uuidv7Ids(clock, randomness) };
}
