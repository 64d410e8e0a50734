import { borderIds, knownIds } from '../backbone/known-messages.ts';
import type { Clock } from '../host/clock.ts';
import type { Log } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import { RecordsDroppedError } from '../log/retention.ts';
import type { PublishedLog } from '../log/store.ts';
import { lookUntil } from './look-until.ts';

/** So many positions before what is asked for are looked through: what came before was taken in, or never is. */
const LOOKED_BACK = 1_000;
const PAGE = 500;
/**
 * What is missing for so long, while nothing more is on its way or a later one has come, is waited for no
 * more: it was too large for the broker, was discarded, or is of before anybody listened.
 */
const NEVER_AFTER_MS = 2_000;

/** How far the messages of a source are known here, or are waited for no more. Kept from one question to the next. */
export interface KnownPlace {
  epoch: string;
  upTo: number;
}

/** Whose messages are looked for, and where. */
export interface KnownById {
  readonly log: Pick<Log, 'onChange' | 'received' | 'recordsById' | 'waiting'>;
  readonly clock: Clock;
  readonly source: string;
  /** What is taken in of it. */
  readonly contracts: readonly string[];
  readonly known: KnownPlace;
  readonly published: () => Promise<Pick<PublishedLog, 'epoch' | 'head' | 'read' | 'dropped'>>;
}

/** A place in the source's log, and how long it is waited for. */
export interface WantedPlace {
  readonly epoch: string;
  readonly position: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until what a source had published up to a position is in a context's log, or at its border, in
 * whichever process it is taken in; by the ids of the messages, as a broker's places say nothing of the
 * source's log. `isDrained` says whether anything more is on its way; absent where that is another's.
 */
export async function knownById(
  asked: KnownById,
  wanted: WantedPlace,
  isDrained?: () => Promise<boolean>,
): Promise<boolean> {
  const { log, clock, known } = asked;
  const { epoch, position, signal } = wanted;
  if (known.epoch !== epoch) Object.assign(known, { epoch, upTo: 0 });
  known.upTo = Math.max(known.upTo, position - LOOKED_BACK);
  let missing: string | undefined;
  let sinceMs = clock.elapsedMs();
  const look = async (): Promise<true | undefined> => {
    if (known.upTo >= position) return true;
    const from = await asked.published();
    if ((await from.epoch()) !== epoch || (await from.head()) < position) return undefined;
    const found = await lookThrough(asked, from, position);
    if (found === undefined) return true;
    if (found.missing !== missing) {
      missing = found.missing;
      sinceMs = clock.elapsedMs();
      return undefined;
    }
    if (clock.elapsedMs() - sinceMs < NEVER_AFTER_MS) return undefined;
    if (!(isDrained === undefined ? found.isLastKnown : await isDrained())) return undefined;
    known.upTo = Math.max(known.upTo, position);
    return true;
  };
  // It may be taken in here as well as elsewhere.
  const anyChange: Pick<Log, 'onChange'> = {
    onChange: (listener) => log.onChange(() => listener('foreign')),
  };
  return (await lookUntil(look, { log: anyChange, clock, signal })) === true;
}

/** The first message up to a position that is not known, and whether the last of them is. */
async function lookThrough(
  { log, source, contracts, known }: KnownById,
  from: Pick<PublishedLog, 'read' | 'dropped'>,
  position: number,
): Promise<{ readonly missing: string; readonly isLastKnown: boolean } | undefined> {
  const border = await borderIds(log, source);
  let missing: string | undefined;
  let isLastKnown = true;
  for (let after = known.upTo; after < position;) {
    const page = (await publishedAfter(from, contracts, after)).filter(
      (record) => record.position <= position,
    );
    const here = await knownIds(log, source, page);
    const isHere = ({ id }: StoredRecord): boolean => here.has(id) || border.has(id);
    const first = missing === undefined ? page.find((record) => !isHere(record)) : undefined;
    const last = page.at(-1);
    if (last !== undefined) isLastKnown = isHere(last);
    after = last?.position ?? position;
    if (missing !== undefined) continue;
    missing = first?.id;
    known.upTo = Math.max(known.upTo, first === undefined ? after : first.position - 1);
  }
  return missing === undefined ? undefined : { missing, isLastKnown };
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
    const dropped = ((await from.dropped?.()) ?? [])
      .filter(({ direction, type }) => direction === 'outgoing' && types.includes(type))
      .map(({ position }) => position);
    return from.read({ after: Math.max(after, ...dropped), types, limit: PAGE });
  }
}
