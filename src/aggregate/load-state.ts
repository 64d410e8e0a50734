import type { LogReader } from '../log/log.ts';
import { isFull, PAGE_CHARACTERS_MAX } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import type { AnyAggregate } from './aggregate.ts';
import type { KnownState } from './state-cache.ts';

/** Streams are read in pages of so many records. */
const PAGE = 500;

/**
 * The state of one aggregate instance: from its snapshot, where one can be used, and the events
 * after it. It is frozen, as every state that is kept: the next command is decided on it.
 */
export async function loadState(
  log: LogReader,
  aggregate: AnyAggregate,
  stream: string,
  decode: (stored: StoredRecord) => Recorded<Fact>,
): Promise<KnownState> {
  // Most streams are young: one question less for those that do not exist yet.
  if ((await log.streamVersion(stream)) === 0) return { state: aggregate.initial, version: 0 };
  const start = await stateFromSnapshot(log, aggregate, stream);
  return foldStream(log, aggregate, stream, { start, decode });
}

/** The state that an aggregate had at a version. */
export async function stateAt(
  log: LogReader,
  aggregate: AnyAggregate,
  stream: string,
  options: { toVersion: number; decode: (stored: StoredRecord) => Recorded<Fact> },
): Promise<KnownState> {
  const start = { state: aggregate.initial, version: 0 };
  return foldStream(log, aggregate, stream, { start, ...options });
}

/** What an event makes of a state; an `evolve` that knows nothing of the event is an error. */
export function evolveState(
  aggregate: AnyAggregate,
  state: unknown,
  event: Fact,
  stream: string,
): unknown {
  const next: unknown = aggregate.evolve(state, event);
  if (next === undefined) throw new UnknownEventTypeError(event.type, stream);
  return next;
}

async function stateFromSnapshot(
  log: LogReader,
  aggregate: AnyAggregate,
  stream: string,
): Promise<KnownState> {
  const beginning = { state: aggregate.initial, version: 0 };
  if (aggregate.stored === 'events' && aggregate.snapshotEvery === 0) return beginning;
  const snapshot = await log.snapshot(stream);
  if (snapshot === undefined) return beginning;
  const state = JSON.parse(snapshot.state) as unknown;
  if (snapshot.stateVersion === aggregate.stateVersion)
    return { state: deepFreeze(state), version: snapshot.version };
  if (aggregate.upgradeState !== undefined && snapshot.stateVersion < aggregate.stateVersion) {
    const upgraded: unknown = aggregate.upgradeState(state, snapshot.stateVersion);
    return { state: deepFreeze(upgraded), version: snapshot.version };
  }
  // Events can be folded anew; a stored state is the truth and must not be guessed.
  if (aggregate.stored === 'events') return beginning;
  throw new StateVersionError(stream, snapshot.stateVersion, aggregate.stateVersion);
}

async function foldStream(
  log: LogReader,
  aggregate: AnyAggregate,
  stream: string,
  options: {
    start: KnownState;
    toVersion?: number;
    decode: (stored: StoredRecord) => Recorded<Fact>;
  },
): Promise<KnownState> {
  let { state, version } = options.start;
  const toVersion = options.toVersion ?? Number.MAX_SAFE_INTEGER;
  for (;;) {
    const limit = Math.min(PAGE, toVersion - version);
    if (limit === 0) return { state: deepFreeze(state), version };
    const bound = { limit, charactersMax: PAGE_CHARACTERS_MAX };
    const page = await log.readStream(stream, { afterVersion: version, ...bound });
    for (const stored of page) {
      version = stored.version as number;
      if (aggregate.retired.includes(stored.type)) continue;
      state = evolveState(aggregate, state, options.decode(stored), stream);
    }
    if (!isFull(page, bound)) return { state: deepFreeze(state), version };
  }
}

/** An aggregate's `evolve` answered nothing for an event of its stream. */
export class UnknownEventTypeError extends Error {
  override readonly name = 'UnknownEventTypeError';
  readonly code = 'unknown-event-type';
  readonly retryable = false;
  readonly type: string;
  readonly stream: string;

  constructor(type: string, stream: string) {
    super(
      `Stream ${JSON.stringify(stream)} holds an event ${JSON.stringify(type)} for which evolve ` +
        `answers nothing. Handle it in evolve, or list it under "retired" in the aggregate.`,
    );
    this.type = type;
    this.stream = stream;
  }
}

/** A stored state has a version that this code cannot read. */
export class StateVersionError extends Error {
  override readonly name = 'StateVersionError';
  readonly code = 'state-version';
  readonly retryable = false;
  readonly stream: string;
  readonly found: number;
  readonly known: number;

  constructor(stream: string, found: number, known: number) {
    super(
      `The state of ${JSON.stringify(stream)} is stored at stateVersion ${found}, the code knows ` +
        `${known}. ${found < known ? 'Add upgradeState to the aggregate.' : 'Run the newer code.'}`,
    );
    this.stream = stream;
    this.found = found;
    this.known = known;
  }
}
