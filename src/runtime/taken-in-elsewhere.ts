import type { Clock } from '../host/clock.ts';
import { borderIds, knownIds } from '../backbone/known-messages.ts';
import type { Log } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import { RecordsDroppedError } from '../log/retention.ts';
import type { PublishedLog } from '../log/store.ts';
import { lookUntil } from './look-until.ts';

/** Who takes in, in whichever process, and from whom. */
export interface TakingIn {
  readonly log: Pick<Log, 'marks' | 'onChange' | 'received' | 'recordsById' | 'waiting'>;
  readonly clock: Clock;
  readonly source: string;
  /** What is taken in of it. */
  readonly contracts: readonly string[];
  /** Over a broker: then marks tell of that broker's places, and not of the source's log. */
  readonly isRelayed: boolean;
  readonly published: () => Promise<Pick<PublishedLog, 'epoch' | 'head' | 'read' | 'dropped'>>;
}

/** A place in the source's log, and how long it is waited for. */
export interface WantedPlace {
  readonly epoch: string;
  readonly position: number;
  readonly signal: AbortSignal;
}

/** Over a broker so many of the source's last positions are looked through, page by page. */
const LOOKED_BACK = 50_000;
const PAGE = 500;

/**
 * Waits until another process has taken in what a source had published up to a position. Its marks
 * say so; where they stand before it because nothing came that is taken in, the source's log says so.
 * Over a broker the ids of what is in both logs say it.
 */
export async function takenInElsewhere(taking: TakingIn, wanted: WantedPlace): Promise<boolean> {
  const { signal } = wanted;
  if (taking.isRelayed) return knownHere(taking, wanted);
  const look = async (): Promise<true | undefined> =>
    (await hasTakenIn(taking, wanted)) || undefined;
  return (await lookUntil(look, { ...taking, signal })) === true;
}

/**
 * Waits until a place that came over a broker is taken in, in whichever process, where the source's log can
 * be seen from here: a broker that has nothing more does not know what still waits in the source's outbox.
 */
export async function takenInOverBroker(taking: TakingIn, wanted: WantedPlace): Promise<boolean> {
  if (!taking.isRelayed) return true;
  return !(await isSeen(taking, wanted)) || knownHere(taking, wanted);
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

async function knownHere(taking: TakingIn, wanted: WantedPlace): Promise<boolean> {
  const { log, clock } = taking;
  const known = { upTo: Math.max(0, wanted.position - LOOKED_BACK) };
  const look = async (): Promise<true | undefined> =>
    (await knowsAll(taking, wanted, known)) || undefined;
  // It may be taken in here as well as elsewhere.
  const anyChange: Pick<Log, 'onChange'> = {
    onChange: (listener) => log.onChange(() => listener('foreign')),
  };
  return (await lookUntil(look, { log: anyChange, clock, signal: wanted.signal })) === true;
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

/** Goes on each time where something was missing the last time. */
async function knowsAll(
  { log, source, contracts, published }: TakingIn,
  { epoch, position }: WantedPlace,
  known: { upTo: number },
): Promise<boolean> {
  const from = await published();
  if ((await from.epoch()) !== epoch || (await from.head()) < position) return false;
  const border = await borderIds(log, source);
  while (known.upTo < position) {
    const read = await publishedAfter(from, contracts, known.upTo);
    const page = read.filter((record) => record.position <= position);
    const here = await knownIds(log, source, page);
    const missing = page.find(({ id }) => !here.has(id) && !border.has(id));
    known.upTo = missing === undefined ? (page.at(-1)?.position ?? position) : missing.position - 1;
    if (missing !== undefined) return false;
  }
  return true;
}

/** What is so old that the like of it was dropped is not looked for. */
async function publishedAfter(
  from: Pick<PublishedLog, 'read' | 'dropped'>,
  types: readonly string[],
  after: number,
): Promise<readonly StoredRecord[]> {
  try {
    return await from.read({ after, types, limit: PAGE });
  } catch (error) {
    if (!(error instanceof RecordsDroppedError)) throw error;
    const dropped = ((await from.dropped?.()) ?? []).map(({ position }) => position);
    return from.read({ after: Math.max(after, ...dropped), types, limit: PAGE });
  }
}
