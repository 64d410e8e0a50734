import type { LogReader } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import { FROM_NOW, type Mark } from '../log/write-set.ts';

/** Where a context stands in what another one publishes of a contract, reading its log itself. */
export type IntakePlace =
  /** All up to here is taken in, waits at the border, or was left out. */
  | { readonly is: 'reached'; readonly position: number }
  /** It has never listened to it. */
  | { readonly is: 'not-started' }
  /** It begins with what is published from when it first reaches the log. */
  | { readonly is: 'from-now' }
  /** More was taken in of it than it holds: it was restored, and has no new epoch yet. */
  | { readonly is: 'ahead'; readonly position: number; readonly head: number }
  /** What was taken in is of an epoch that the log knows nothing of. */
  | { readonly is: 'other-epoch'; readonly position: number; readonly epoch: string }
  /** Some of it was taken in, and the log is not there. */
  | { readonly is: 'not-here' };

/** The places of a context in the log of a source, by contract. */
export async function intakePlaces(
  store: Store,
  source: LogReader,
  { marks, contracts }: { readonly marks: readonly Mark[]; readonly contracts: readonly string[] },
): Promise<ReadonlyMap<string, IntakePlace>> {
  const places = new Map<string, IntakePlace>();
  for (const contract of contracts) {
    const mark = marks.find((each) => each.source === source.context && each.contract === contract);
    places.set(contract, await placeOf(store, source, mark));
  }
  return places;
}

async function placeOf(
  store: Store,
  source: LogReader,
  mark: Mark | undefined,
): Promise<IntakePlace> {
  if (mark === undefined) return { is: 'not-started' };
  if (mark.position === FROM_NOW) return { is: 'from-now' };
  if (mark.position === 0) return { is: 'reached', position: 0 };
  if (source.epoch === '') return { is: 'not-here' };
  if (mark.epoch !== source.epoch) return placeOfBefore(store, source, mark);
  const head = await source.head();
  const { position } = mark;
  return position > head ? { is: 'ahead', position, head } : { is: 'reached', position };
}

/** As the embedded backbone goes on after a restore: from what both epochs share. */
async function placeOfBefore(
  store: Store,
  source: LogReader,
  { epoch, position }: Mark,
): Promise<IntakePlace> {
  const published = await store.published(source.context);
  try {
    const predecessors = (await published.predecessors?.()) ?? [];
    const known = predecessors.find((predecessor) => predecessor.epoch === epoch);
    if (known === undefined) return { is: 'other-epoch', position, epoch };
    return { is: 'reached', position: Math.min(position, known.upTo) };
  } finally {
    await published.close();
  }
}
