import type { Intake } from '../backbone/intake.ts';
import type { Log } from '../log/log.ts';
import { type KnownById, type WantedPlace, knownById } from './known-by-id.ts';
import { lookUntil } from './look-until.ts';

/** Who takes in, in whichever process, and from whom. */
export interface TakingIn extends KnownById {
  readonly log: KnownById['log'] & Pick<Log, 'marks'>;
  /** Over a broker: then marks tell of that broker's places, and not of the source's log. */
  readonly isRelayed: boolean;
}

/**
 * Waits until another process has taken in what a source had published up to a position. Its marks
 * say so; where they stand before it because nothing came that is taken in, the source's log says so.
 * Over a broker the ids of what is in both logs say it.
 */
export async function takenInElsewhere(taking: TakingIn, wanted: WantedPlace): Promise<boolean> {
  const { signal } = wanted;
  if (taking.isRelayed) return knownById(taking, wanted);
  const look = async (): Promise<true | undefined> =>
    (await hasTakenIn(taking, wanted)) || undefined;
  return (await lookUntil(look, { ...taking, signal })) === true;
}

/**
 * Waits until a place that came over a broker is taken in here, where the source's log can be seen: a
 * broker that has nothing more does not know what still waits in the source's outbox.
 */
export async function takenInOverBroker(
  taking: TakingIn,
  intake: Pick<Intake, 'isIdle'>,
  wanted: WantedPlace,
): Promise<boolean> {
  if (!taking.isRelayed || !(await isSeen(taking, wanted))) return true;
  return knownById(taking, wanted, () => intake.isIdle());
}

/** A context may be told of another one by a broker alone, and have no right to look into its log. */
async function isSeen({ published }: TakingIn, { epoch }: WantedPlace): Promise<boolean> {
  try {
    return (await (await published()).epoch()) === epoch;
  } catch (error) {
    if ((error as { readonly retryable?: unknown }).retryable === true) throw error;
    return false;
  }
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
