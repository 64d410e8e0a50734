import { LogClosedError, type LogReader } from '../../log/log.ts';
import type { StoredRecord } from '../../log/record.ts';
import { RecordsDroppedError } from '../../log/retention.ts';
import type { PublishedLog, PublishedQuery } from '../../log/store.ts';
import type { Changes } from './changes.ts';
import { codeOf } from './errors.ts';
import type { Horizon } from './horizon.ts';
import { dropped } from './kept-queries.ts';
import { formatOf } from './migrate.ts';
import { readMeta } from './meta.ts';
import { head, reading, readPublished, type Reading } from './reading.ts';
import type { Asked } from './record-queries.ts';
import type { Place } from './schema.ts';
import type { Server, WatchedContext } from './server.ts';

/** What a reader of a log is opened with. */
export interface ReaderOptions {
  readonly server: Server;
  readonly place: Place;
  /** Called once when it is closed. */
  readonly onClose: () => Promise<void>;
}

/**
 * Reads a log beside its owner, or without one. A log that was never opened is empty, its epoch
 * the empty text, until it appears.
 */
export async function postgresReader(
  options: ReaderOptions,
  watched: WatchedContext,
): Promise<LogReader> {
  const { server, place } = options;
  const opening = new Opening(options, watched.changes);
  const asked: Asked = { ask: server.ask, schema: place.schema };
  const questions = reading(asked, watched.horizon, server.host.clock);
  const ask = <T>(otherwise: T, question: () => Promise<T>) => opening.ask(otherwise, question);
  await opening.look();
  const reader: LogReader = {
    ...whileThere(questions, ask),
    context: place.context,
    get epoch() {
      return opening.epoch;
    },
    onChange: (listener) => opening.listen(listener),
    close: () => opening.close(),
  };
  return reader;
}

/** The published half: the view `published_v1`, the epoch and the head, and nothing else. */
export async function postgresPublished(
  options: ReaderOptions,
  watched: WatchedContext,
): Promise<PublishedLog> {
  const { server, place } = options;
  const opening = new Opening(options, watched.changes);
  const asked: Asked = { ask: server.ask, schema: place.schema };
  const { horizon } = watched;
  return {
    epoch: () => opening.ask('', async () => (await readMeta(server.ask, place, 'epoch')) ?? ''),
    predecessors: () =>
      opening.ask([], async () => {
        const sql = `select epoch, up_to from ${place.schema}.predecessors`;
        const rows = await server.ask<[string, number]>(sql);
        return rows.map(([epoch, upTo]) => ({ epoch, upTo }));
      }),
    head: () => opening.ask(0, () => head(asked, horizon)),
    read: (query) => opening.ask([], () => readKept(place, asked, horizon, query)),
    dropped: () => opening.ask([], () => dropped(asked)),
    onChange: (listener) => opening.listen(() => listener(), { isForPublished: true }),
    close: () => opening.close(),
  };
}

/** The code that `is_kept_v1` ends a query with. */
const NOT_KEPT = 'TH002';

async function readKept(
  { context }: Place,
  asked: Asked,
  horizon: Horizon,
  query: PublishedQuery,
): Promise<StoredRecord[]> {
  try {
    return await readPublished(asked, horizon, query);
  } catch (error) {
    if (codeOf(error) !== NOT_KEPT) throw error;
    throw new RecordsDroppedError(context, query.after, { cause: error as Error });
  }
}

/** A log that may not be there yet: looked for until it is. */
class Opening {
  readonly #options: ReaderOptions;
  readonly #changes: Changes;
  #isThere = false;
  #isClosed = false;
  epoch = '';

  constructor(options: ReaderOptions, changes: Changes) {
    this.#options = options;
    this.#changes = changes;
  }

  async ask<T>(otherwise: T, question: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new LogClosedError(this.#options.place.context);
    return (await this.look()) ? question() : otherwise;
  }

  async look(): Promise<boolean> {
    if (this.#isThere) return true;
    const { server, place } = this.#options;
    if ((await formatOf(server.ask, place)) === 0) return false;
    this.epoch = (await readMeta(server.ask, place, 'epoch')) ?? '';
    this.#isThere = true;
    return true;
  }

  listen(
    listener: (by: 'own' | 'foreign') => void,
    options?: Parameters<Changes['listen']>[2],
  ): () => void {
    return this.#isClosed ? () => {} : this.#changes.listen(this, listener, options);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#changes.forget(this);
    await this.#options.onClose();
  }
}

/** The same questions; of a log that is not there, the answers of an empty one. */
function whileThere(
  questions: Reading,
  ask: <T>(otherwise: T, question: () => Promise<T>) => Promise<T>,
): Reading {
  const empty: { readonly [Name in keyof Reading]: Awaited<ReturnType<Reading[Name]>> } = {
    head: 0,
    read: [],
    readStream: [],
    streamVersion: 0,
    streams: [],
    recordsById: [],
    recordsOfAction: [],
    snapshot: undefined,
    command: undefined,
    checkpoints: [],
    marks: [],
    received: new Set(),
    floor: 0,
    waiting: [],
    waitingCounts: [],
    operations: [],
    dropped: [],
    document: undefined,
    documents: new Map(),
    findDocuments: [],
    countDocuments: 0,
    models: [],
    heldBy: undefined,
  };
  const entries = Object.entries(questions) as [
    keyof Reading,
    (...given: unknown[]) => Promise<unknown>,
  ][];
  return Object.fromEntries(
    entries.map(([name, question]) => [
      name,
      (...given: unknown[]) => ask<unknown>(empty[name], () => question(...given)),
    ]),
  ) as unknown as Reading;
}
