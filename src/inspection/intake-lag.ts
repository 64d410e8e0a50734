import { borderSubscription } from '../backbone/border.ts';
import { isRelayed } from '../backbone/is-relayed.ts';
import type { LogReader } from '../log/log.ts';
import type { Mark } from '../log/write-set.ts';
import { contractsFrom } from '../runtime/context-map.ts';
import type { StoredRecord } from '../log/record.ts';
import { type Counted, countWanted } from './count-wanted.ts';
import { intakePlaces } from './intake-places.ts';
import { notTakenIn } from './not-taken-in.ts';
import type { ReaderLag } from './reader-lag.ts';
import { type FoundReader, type ReadersQuestion, readerLag } from './readers-question.ts';
import { relayCheckpoint } from './relay-checkpoint.ts';

/**
 * How far a context is with what another one publishes. Log to log its marks tell; over a broker, which of
 * the newest messages it knows.
 */
export async function intakeLag(question: ReadersQuestion, source: string): Promise<ReaderLag> {
  const { config, open, logs } = question;
  const from = logs.find(({ name }) => name === source)?.log;
  const types = contractsFrom(source, open.context, config.contexts).map(({ name }) => name);
  const marks = (await open.log.marks()).filter((mark) => mark.source === source);
  const found = { name: borderSubscription(source), kind: 'intake' } as const;
  const started = marks.length > 0 ? ('started' as const) : ('not-started' as const);
  if (from === undefined) {
    const state = started === 'started' ? 'not-visible' : started;
    return readerLag(question, { ...found, state, position: null, behind: null });
  }
  if (isRelayed(config.backbone, source)) {
    const upTo = (await relayCheckpoint(from))?.position ?? 0;
    const behind = await notTakenIn(open.log, from, { types, upTo });
    return readerLag(question, { ...found, state: started, position: null, behind });
  }
  const told = await byMarks(question, from, { types, marks });
  return readerLag(question, { ...found, state: started, ...told });
}

async function byMarks(
  { config }: ReadersQuestion,
  from: LogReader,
  { types, marks }: { readonly types: readonly string[]; readonly marks: readonly Mark[] },
): Promise<Pick<FoundReader, 'position' | 'behind'> & { readonly state?: 'restored' }> {
  const places = await intakePlaces(config.store, from, { marks, contracts: types });
  const isOver = ['ahead', 'other-epoch', 'not-here'] as readonly string[];
  if ([...places.values()].some(({ is }) => isOver.includes(is)))
    return { state: 'restored', position: null, behind: null };
  const head = await from.head();
  const at = new Map(
    [...places].map(([type, place]) => [
      type,
      place.is === 'reached' ? place.position : place.is === 'from-now' ? head : 0,
    ]),
  );
  const position = Math.min(...at.values());
  const behind = await publishedAfter(from, at, position);
  return { position: marks.length === 0 ? null : position, behind };
}

function publishedAfter(
  from: LogReader,
  at: ReadonlyMap<string, number>,
  after: number,
): Promise<Counted> {
  const wants = ({ type, position }: StoredRecord): boolean => position > (at.get(type) ?? 0);
  return countWanted(from, { types: [...at.keys()], directions: ['outgoing'], wants }, { after });
}
