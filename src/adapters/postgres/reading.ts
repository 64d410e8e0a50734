import type { LogQuery, LogReader } from '../../log/log.ts';
import type { Clock } from '../../host/clock.ts';
import { isFull, type PageBound } from '../../log/page.ts';
import type { StoredRecord } from '../../log/record.ts';
import type { PublishedQuery } from '../../log/store.ts';
import { AskedTogether } from './asked-together.ts';
import * as documentQueries from './document-queries.ts';
import { heldBy } from './horizon-holders.ts';
import type { Horizon } from './horizon.ts';
import * as keptQueries from './kept-queries.ts';
import { models } from './models.ts';
import * as recordQueries from './record-queries.ts';
import type { Asked } from './record-queries.ts';
import * as waitingQueries from './waiting-queries.ts';

/** The questions of the port, apart from what belongs to being open. */
export type Reading = Required<Omit<LogReader, 'context' | 'epoch' | 'onChange' | 'close'>>;

/** All questions of the port to a log that is there. */
export function reading(asked: Asked, horizon: Horizon, clock: Pick<Clock, 'turn'>): Reading {
  const { about, documentOf } = askingTogether(asked, clock);
  return {
    head: () => head(asked, horizon),
    read: (query) => read(asked, horizon, query),
    readStream: (stream, query) => recordQueries.readStream(asked, stream, query),
    streamVersion: (stream) => about.version(stream),
    streams: (query) => recordQueries.streams(asked, query),
    recordsById: (ids) => recordQueries.recordsById(asked, ids),
    recordsOfAction: (correlationId, limit) =>
      recordQueries.recordsOfAction(asked, correlationId, limit),
    snapshot: (stream) => about.snapshot(stream),
    command: (id) => keptQueries.command(asked, id),
    checkpoints: () => keptQueries.checkpoints(asked),
    marks: () => keptQueries.marks(asked),
    received: (source, ids) => keptQueries.received(asked, source, ids),
    floor: (source) => keptQueries.floor(asked, source),
    waiting: (query) => waitingQueries.waiting(asked, query),
    waitingCounts: () => waitingQueries.waitingCounts(asked),
    operations: (limit) => keptQueries.operations(asked, limit),
    dropped: () => keptQueries.dropped(asked),
    document: (model, key) => documentOf(model, key),
    documents: (model, keys) => documentQueries.documents(asked, model, keys),
    findDocuments: (model, query) => documentQueries.findDocuments(asked, model, query),
    countDocuments: (model, where) => documentQueries.countDocuments(asked, model, where),
    models: () => models(asked),
    heldBy: () => heldBy(asked, horizon),
  };
}

/** What is asked of many streams and documents at one moment. */
function askingTogether(asked: Asked, clock: Pick<Clock, 'turn'>) {
  const together = <Answer>(
    ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>,
  ) => {
    const questions = new AskedTogether(() => clock.turn(), ask);
    return (key: string) => questions.about(key);
  };
  const versions = together((streams) => recordQueries.streamVersions(asked, streams));
  // A read model each; there are as many as the application has.
  const ofModels = new Map<string, (key: string) => Promise<string | undefined>>();
  const documentOf = (model: string, key: string) => {
    let ofModel = ofModels.get(model);
    if (ofModel === undefined) {
      ofModel = together((keys) => documentQueries.documents(asked, model, keys));
      ofModels.set(model, ofModel);
    }
    return ofModel(key);
  };
  return {
    about: {
      version: async (stream: string) => (await versions(stream)) ?? 0,
      snapshot: together((streams) => keptQueries.snapshots(asked, streams)),
    },
    documentOf,
  };
}

/** The highest position that can be read. */
export async function head(asked: Asked, horizon: Horizon): Promise<number> {
  return recordQueries.headUpTo(asked, await horizon.look());
}

/** No record before all lower ones that will ever be there. */
export async function read(
  asked: Asked,
  horizon: Horizon,
  query: LogQuery,
): Promise<StoredRecord[]> {
  const upTo = (position: number) => recordQueries.readAfter(asked, query, position);
  // Holes cannot be seen among a part of the records.
  if (query.directions !== undefined || query.types !== undefined)
    return withinHorizon(horizon, query, upTo);
  horizon.assertNotBehind();
  const { settled } = horizon;
  const page = await upTo(Number.MAX_SAFE_INTEGER);
  return horizon.holds(page, { after: query.after, settled }) ? page : upTo(await horizon.look());
}

/** The same for what another context may see. */
export function readPublished(
  asked: Asked,
  horizon: Horizon,
  query: PublishedQuery,
): Promise<StoredRecord[]> {
  return withinHorizon(horizon, query, (upTo) => recordQueries.readPublished(asked, query, upTo));
}

async function withinHorizon(
  horizon: Horizon,
  query: PageBound & { readonly after: number },
  readUpTo: (position: number) => Promise<StoredRecord[]>,
): Promise<StoredRecord[]> {
  // Far behind, what is known of the horizon is enough.
  if (query.after < horizon.settled) {
    const page = await readUpTo(horizon.settled);
    if (isFull(page, query)) return page;
  }
  return readUpTo(await horizon.look());
}
