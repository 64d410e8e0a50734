import type { Clock } from '../host/clock.ts';
import type { Log } from '../log/log.ts';
import type { PublishedLog } from '../log/store.ts';
import { lookUntil } from './look-until.ts';

/** Who takes in, in whichever process, and from whom. */
export interface TakingIn {
  readonly log: Pick<Log, 'marks' | 'onChange'>;
  readonly clock: Clock;
  readonly source: string;
  /** What is taken in of it. */
  readonly contracts: readonly string[];
  readonly published: () => Promise<Pick<PublishedLog, 'epoch' | 'head' | 'read'>>;
}

/** A place in the source's log, and how long it is waited for. */
export interface WantedPlace {
  readonly epoch: string;
  readonly position: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until another process has taken in what a source had published up to a position. Its marks
 * say so; where they stand before it because nothing came that is taken in, the source's log says so.
 */
export async function takenInElsewhere(taking: TakingIn, wanted: WantedPlace): Promise<boolean> {
  const look = async (): Promise<true | undefined> =>
    (await hasTakenIn(taking, wanted)) || undefined;
  return (await lookUntil(look, { ...taking, signal: wanted.signal })) === true;
}

async function hasTakenIn(taking: TakingIn, wanted: WantedPlace): Promise<boolean> {
  const { epoch, position } = wanted;
  const marks = (await taking.log.marks()).filter(({ source }) => source === taking.source);
  // One that stands at the beginning knows no epoch yet.
  const isHere = marks.every((mark) => mark.epoch === epoch || mark.position === 0);
  if (marks.length === 0 || !isHere) return false;
  const lowest = Math.min(...marks.map((mark) => mark.position));
  if (lowest >= position) return true;
  const published = await taking.published();
  // Only what can be read up to there can tell that there is nothing.
  if ((await published.epoch()) !== epoch || (await published.head()) < position) return false;
  const [next] = await published.read({ after: lowest, types: taking.contracts, limit: 1 });
  return next === undefined || next.position > position;
}
