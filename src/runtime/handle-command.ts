import { createHash } from 'node:crypto';
import { type Aggregate, type Changed, type Handled, streamName } from '../aggregate/aggregate.ts';
import { assertAggregateId } from '../aggregate/aggregate-id.ts';
import { stateAt } from '../aggregate/load-state.ts';
import type { Cause } from '../context/cause.ts';
import { Unit, type Workplace } from '../context/unit.ts';
import { decode } from '../context/vocabulary.ts';
import type { LogReader } from '../log/log.ts';
import type { NewRecord, StoredRecord } from '../log/record.ts';
import { VersionConflictError } from '../log/version-conflict.ts';
import type { StoredCommand } from '../log/write-set.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { timeOf } from '../message/business-time.ts';
import { canonicalJson } from '../message/json.ts';
import { assertJson } from '../message/payload.ts';
import { FencedError } from '../subscription/fenced.ts';
import { assertCallOptions } from './call-options.ts';
import type { RunningContext } from './running-context.ts';
import { headOf, tokenText } from './token.ts';

/** A command is decided anew after a conflict, at most so many times. */
const TRIES_MAX = 20;
/** What one event published is looked for in pages of this size; mostly it is one record. */
const PUBLISHED_PAGE = 8;

export interface HandleOptions {
  /**
   * Names the command (an HTTP `Idempotency-Key`): the same id again returns the first outcome.
   * Unique per context, kept for the dedupe window. At most 255 characters. The command must then
   * be JSON, as it is compared by it.
   */
  readonly commandId?: string;
  /** Refuse with `VersionConflictError` unless the stream is at this version. */
  readonly expectedVersion?: number;
  /** When it happened in the business, ISO 8601. Default: now. */
  readonly occurredAt?: string;
  /** The business action it belongs to. Default: a new one. At most 255 characters. */
  readonly correlationId?: string;
  /** Kept beside each record it causes, so at most 8,192 characters of JSON. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The W3C trace context it belongs to. At most 255 characters. */
  readonly traceparent?: string;
  /** Gives it up while it waits for its turn (`CallAbortedError`); what has begun is finished. */
  readonly signal?: AbortSignal;
}

/** Loads, decides and commits one command of one aggregate; again when another was faster. */
export async function handleCommand<State, Command extends Fact, Event extends Fact>(
  running: RunningContext,
  aggregate: Aggregate<string, State, Command, Event>,
  asked: { readonly id: string; readonly command: Command; readonly options: HandleOptions },
): Promise<Handled<State, Event>> {
  const { options } = asked;
  assertCallOptions(options);
  assertAggregateId(aggregate.name, asked.id);
  const stream = streamName(aggregate.name, asked.id);
  const work = (): Promise<Handled<State, Event>> =>
    running.locks.run([`stream ${stream}`], () => decideAndCommit(running, aggregate, asked));
  if (options.commandId === undefined) return work();
  const { command } = asked;
  // Told apart by its JSON: two commands with different Maps in them would be one.
  assertJson(() => `The command ${JSON.stringify(command.type)}, which has a commandId,`, command);
  // Two with the same id at once: the second waits for the first, then finds its outcome.
  return running.locks.run([`command ${options.commandId}`], work);
}

/** Why what a command from outside causes is done. */
export function causeOfCommand(
  running: { readonly workplace: Pick<Workplace, 'host'> },
  options: Omit<HandleOptions, 'commandId'> & { readonly commandId?: string | undefined },
): Cause {
  const { host } = running.workplace;
  return {
    correlationId: options.correlationId ?? host.ids.next(),
    causationId: options.commandId ?? host.ids.next(),
    occurredAt: options.occurredAt === undefined ? host.clock.now() : timeOf(options.occurredAt),
    traceparent: options.traceparent ?? null,
    metadata: options.metadata === undefined ? null : JSON.stringify(options.metadata),
  };
}

async function decideAndCommit<State, Command extends Fact, Event extends Fact>(
  running: RunningContext,
  aggregate: Aggregate<string, State, Command, Event>,
  asked: { readonly id: string; readonly command: Command; readonly options: HandleOptions },
): Promise<Handled<State, Event>> {
  const { options, id, command } = asked;
  const stream = streamName(aggregate.name, id);
  const fingerprint = options.commandId && fingerprintOf(aggregate.name, id, command);
  if (options.commandId !== undefined) {
    const known = await running.log.command(options.commandId);
    if (known !== undefined) return firstOutcome(running, aggregate, { known, fingerprint, id });
  }
  try {
    return await untilCommitted(running, aggregate, { ...asked, stream, fingerprint });
  } catch (error) {
    const known = await doneElsewhere(running, options.commandId);
    if (known === undefined) throw error;
    return firstOutcome(running, aggregate, { known, fingerprint, id });
  }
}

/**
 * The same command, done by another process since this one looked it up: then this one was decided on
 * what it came to, and that it was refused, or in conflict, is no answer.
 */
export async function doneElsewhere(
  { isShared, log }: Pick<RunningContext, 'isShared' | 'log'>,
  commandId: string | undefined,
): Promise<StoredCommand | undefined> {
  return isShared && commandId !== undefined ? log.command(commandId) : undefined;
}

async function untilCommitted<State, Command extends Fact, Event extends Fact>(
  running: RunningContext,
  aggregate: Aggregate<string, State, Command, Event>,
  asked: {
    readonly id: string;
    readonly command: Command;
    readonly options: HandleOptions;
    readonly stream: string;
    readonly fingerprint: string | undefined;
  },
): Promise<Handled<State, Event>> {
  const { options, id, command, stream, fingerprint } = asked;
  const cause = causeOfCommand(running, options);
  for (let tries = 1; ; tries += 1) {
    const unit = new Unit(running.workplace);
    const { expectedVersion } = options;
    const handling = unit.handle(aggregate, id, { command, cause, expectedVersion });
    const changed = await handling.catch(async (error: unknown) => {
      if (tries === TRIES_MAX || !(await unit.isBehind())) throw error;
    });
    if (changed === undefined) continue;
    const before = changed.version - changed.events.length;
    const kept =
      options.commandId === undefined
        ? undefined
        : { command: storedCommand({ ...asked, stream, fingerprint, before, changed, running }) };
    let records: readonly NewRecord[] = [];
    const outcome = await unit.commit(
      (collected) => {
        records = collected.records;
        return running.committer.commit(kept === undefined ? collected : { ...collected, ...kept });
      },
      ({ kind }) => kind === 'committed',
    );
    if (outcome.kind === 'committed') {
      unit.keepStates();
      return handled(running, changed, { records, positions: outcome.positions });
    }
    if (outcome.kind === 'command-known')
      return firstOutcome(running, aggregate, { known: outcome.command, fingerprint, id });
    if (outcome.kind === 'fenced') throw new FencedError(outcome.subscription);
    unit.dropStates();
    if (tries === TRIES_MAX) throw new VersionConflictError(outcome);
  }
}

function storedCommand(made: {
  readonly options: HandleOptions;
  readonly stream: string;
  readonly fingerprint: string | undefined;
  readonly before: number;
  readonly changed: { readonly version: number };
  readonly running: RunningContext;
}): StoredCommand {
  return {
    id: made.options.commandId as string,
    fingerprint: made.fingerprint as string,
    stream: made.stream,
    fromVersion: made.before,
    toVersion: made.changed.version,
    result: null,
    at: made.running.workplace.host.clock.now(),
  };
}

async function handled<State, Event extends Fact>(
  running: RunningContext,
  changed: Changed<State, Event>,
  committed: {
    readonly records: readonly { readonly id: string }[];
    readonly positions: readonly number[];
  },
): Promise<Handled<State, Event>> {
  const { records, positions } = committed;
  let next = 0;
  const events = changed.events.map((event) => {
    // In the same order, with what they published between them.
    while (next < records.length && records[next]?.id !== event.id) next += 1;
    return { ...event, position: positions[next] ?? 0 };
  });
  const { context, epoch } = running.log;
  const token = tokenText({
    context,
    epoch,
    position: positions.at(-1) ?? (await headOf(running)),
  });
  const { id, state, version } = changed;
  return { id, state, version, events, token };
}

/** The same command again: what came of it the first time. */
async function firstOutcome<State, Command extends Fact, Event extends Fact>(
  running: RunningContext,
  aggregate: Aggregate<string, State, Command, Event>,
  asked: { known: StoredCommand; fingerprint: string | undefined; id: string },
): Promise<Handled<State, Event>> {
  const { known } = asked;
  if (known.fingerprint !== asked.fingerprint) throw new CommandIdReusedError(known.id);
  const { log, workplace } = running;
  const decoding = (stored: Parameters<typeof decode>[1]): Recorded<Fact> =>
    decode(workplace.vocabulary, stored);
  const { state } = await stateAt(log, aggregate, known.stream, {
    toVersion: known.toVersion,
    decode: decoding,
  });
  const limit = known.toVersion - known.fromVersion;
  const stored =
    limit === 0
      ? []
      : await log.readStream(known.stream, { afterVersion: known.fromVersion, limit });
  const position = (await lastPosition(log, stored.at(-1))) ?? (await headOf(running));
  return {
    id: asked.id,
    state: state as State,
    version: known.toVersion,
    events: stored.map(decoding) as Recorded<Event>[],
    token: tokenText({ context: log.context, epoch: log.epoch, position }),
  };
}

/** Where a write set ended: what its last event published stands behind that event. */
async function lastPosition(
  log: LogReader,
  event: StoredRecord | undefined,
): Promise<number | undefined> {
  if (event === undefined) return undefined;
  for (let { position } = event; ;) {
    const page = await log.read({ after: position, limit: PUBLISHED_PAGE });
    const other = page.findIndex(
      ({ direction, causationId }) => direction !== 'outgoing' || causationId !== event.id,
    );
    const own = other === -1 ? page : page.slice(0, other);
    position = own.at(-1)?.position ?? position;
    if (own.length < PUBLISHED_PAGE) return position;
  }
}

export function fingerprintOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}

/** A command id was used for something else before: one of the two is a mistake. */
export class CommandIdReusedError extends Error {
  override readonly name = 'CommandIdReusedError';
  readonly code = 'command-id-reused';
  readonly retryable = false;
  readonly commandId: string;

  constructor(commandId: string) {
    super(
      `Command id ${JSON.stringify(commandId)} was used before for another command. Repeat a ` +
        `command unchanged, or give a new one a new id.`,
    );
    this.commandId = commandId;
  }
}
