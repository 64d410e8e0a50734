import { RELAY } from '../backbone/relay.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { StoredRecord } from '../log/record.ts';
import { consumedContracts } from '../context/bounded-context.ts';
import type { PendingTimer } from '../process/pending-timers.ts';
import type { Activity } from './activity.ts';
import { areHandledElsewhere, isDoneElsewhere } from './done-elsewhere.ts';
import type { RunningContext } from './running-context.ts';
import { takenInElsewhere } from './taken-in-elsewhere.ts';
import { type Token, tokenText } from './token.ts';

/** More records than this of one business action are not followed. */
const RECORDS_MAX = 100_000;
/** So long what others have published may take to be heard of before it is asked for. */
const MOMENT_MS = 25;

export interface SettledOptions {
  /** Only what belongs to this business action. Default: everything. */
  readonly correlationId?: string;
  /** Give up after this time, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /**
   * Tokens of what other processes have done, such as `heads` and `published` of their answers.
   * Nothing counts as done before what they stand for was heard of here, where somebody listens to
   * it. Processes that each settle after all that the others have published have settled together.
   */
  readonly after?: readonly string[];
}

/** How it stands when everything is done. */
export interface Settled {
  /** The timers that are still to come, the earliest first. */
  readonly timers: readonly PendingTimer[];
  /** By context, a token of how far its log had come. */
  readonly heads: Readonly<Record<string, string>>;
  /** By contract of the contexts that run here, a token of where it was published last. */
  readonly published: Readonly<Record<string, string>>;
}

/** How far everything had come at the moment at which nothing was left to do. */
export type Reached = Omit<Settled, 'timers'>;

/** Waits until nothing of an action, or nothing at all, is left to do in any of the contexts. */
export async function settle(
  contexts: readonly RunningContext[],
  activity: Activity,
  options: {
    correlationId: string | undefined;
    signal: AbortSignal;
    parked: () => readonly Parked[];
    after: readonly Token[];
  },
): Promise<Reached> {
  const { correlationId, signal, after } = options;
  let reached: Reached | undefined;
  // At that very moment: one later something may have been taken in.
  const note = (): void => {
    reached = reachedBy(contexts);
  };
  const isSettled =
    correlationId === undefined
      ? (): Promise<boolean> => isQuiet(contexts, activity, note)
      : (): Promise<boolean> => isActionOver(contexts, activity, { correlationId, note });
  const [hasHeard] = await Promise.all([
    hear(contexts, activity, { after, signal }),
    lookAtShared(contexts),
  ]);
  const inTime = hasHeard && (await activity.until(isSettled, signal));
  const parked =
    correlationId === undefined ? options.parked() : await parkedOf(contexts, correlationId);
  if (parked.length > 0) throw new SettledParkedError(parked);
  if (!inTime || reached === undefined) {
    const unheard = hasHeard
      ? []
      : [`nothing came of what ${after.map(tokenText).join(', ')} tell of`];
    throw new NotSettledError([...unheard, ...(await leftToDo(contexts))]);
  }
  return reached;
}

/**
 * What others have committed before this moment counts, too: another process, or a transaction of the
 * application's own that published something. Word of that may still be on its way.
 */
async function lookAtShared(contexts: readonly RunningContext[]): Promise<void> {
  await Promise.all(contexts.filter(({ isShared }) => isShared).map(({ tail }) => tail.look()));
}

function reachedBy(contexts: readonly RunningContext[]): Reached {
  const heads: Record<string, string> = {};
  const published: Record<string, string> = {};
  for (const { name: context, log, tail, lastPublished } of contexts) {
    const { epoch } = log;
    heads[context] = tokenText({ context, epoch, position: tail.head });
    for (const [contract, position] of lastPublished)
      published[contract] = tokenText({ context, epoch, position });
  }
  return { heads, published };
}

function hasRead({ log, tail }: RunningContext, { epoch, position }: Token): boolean {
  return epoch === log.epoch && tail.head >= position;
}

/** Waits until what tokens stand for is in the logs that are read here; false when that took too long. */
async function hear(
  contexts: readonly RunningContext[],
  activity: Activity,
  { after, signal }: { readonly after: readonly Token[]; readonly signal: AbortSignal },
): Promise<boolean> {
  const heard = after.flatMap((token) =>
    contexts.map(async (context): Promise<boolean> => {
      if (token.context === context.name)
        return activity.until(() => hasRead(context, token), signal);
      if (!context.listensTo(token.context)) return true;
      const intake = context.intakes.get(token.context);
      const taking = context.takingInFrom(token.context);
      const isPassed =
        (await intake?.comesTo(token, MOMENT_MS, signal)) === true ||
        (await intake?.waitUntil(token, signal)) === true;
      // What still waits in an outbox its own process waits for: each settles after what others published.
      if (isPassed) return true;
      // Another process takes in from that context, or will from now on.
      return takenInElsewhere(taking, { ...token, signal });
    }),
  );
  return (await Promise.all(heard)).every(Boolean);
}

/** Nothing to do anywhere. What is asked of backbones takes time, so it counts only if nothing moved. */
async function isQuiet(
  contexts: readonly RunningContext[],
  activity: Activity,
  note: () => void,
): Promise<boolean> {
  if (!contexts.every(isIdle)) return false;
  const before = activity.count;
  for (const context of contexts) {
    for (const intake of context.intakes.values()) if (!(await intake.isIdle())) return false;
    if ((await context.relay?.isIdle()) === false) return false;
    if (context.isShared && !(await isDoneElsewhere(context))) return false;
  }
  if (activity.count !== before || !contexts.every(isIdle)) return false;
  note();
  return true;
}

function isIdle(context: RunningContext): boolean {
  return (
    context.isAllTaken &&
    // Behind a hole the end of the log is read, and not heard: until then nobody knows of it.
    context.tail.isUpToDate &&
    context.timers?.isIdle !== false &&
    context.subscriptions.every(({ isIdle: isDone }) => isDone)
  );
}

async function isActionOver(
  contexts: readonly RunningContext[],
  activity: Activity,
  { correlationId, note }: { readonly correlationId: string; readonly note: () => void },
): Promise<boolean> {
  const before = activity.count;
  const published: Published[] = [];
  for (const context of contexts) {
    // In this order: what a checkpoint has passed had its consequences in the log before.
    const ranges = context.isShared ? await context.log.checkpoints() : [];
    const records = await context.log.recordsOfAction(correlationId, RECORDS_MAX);
    const last = records.at(-1)?.position ?? 0;
    if (!areHandledElsewhere(context, ranges, records)) return false;
    if (context.subscriptions.some((subscription) => subscription.position < last)) return false;
    const waiting = await context.log.waiting({ correlationId, limit: RECORDS_MAX });
    const parked = await parkedBefore(context, waiting);
    if (waiting.some((row) => isToBeDone(context, row, parked))) return false;
    // What no backbone carries is parked here, or held behind such, and comes nowhere.
    const kept = new Set(waiting.filter(isOfRelay).map(({ recordId }) => recordId));
    const outgoing = records.filter(
      ({ direction, id }) => direction === 'outgoing' && !kept.has(id),
    );
    published.push(...outgoing.map((record) => ({ ...record, epoch: context.log.epoch })));
  }
  for (const context of contexts) if (!(await hasTakenIn(context, published))) return false;
  if (activity.count !== before) return false;
  note();
  return true;
}

/** Not a timer that is yet to come, nor parked or held behind something parked. */
function isToBeDone(
  context: RunningContext,
  row: WaitingRow,
  parked: readonly WaitingRow[],
): boolean {
  if (row.kind === 'timer') return context.isDue(row);
  return row.kind !== 'parked' && !parked.some((other) => isOfOneLane(row, other));
}

function isOfRelay({ subscription }: WaitingRow): boolean {
  return subscription === RELAY;
}

function isOfOneLane(row: WaitingRow, other: WaitingRow): boolean {
  return other.subscription === row.subscription && other.key === row.key;
}

/** The parked ones of some rows, and those of other actions behind which some of them wait. */
async function parkedBefore(
  { log }: RunningContext,
  rows: readonly WaitingRow[],
): Promise<readonly WaitingRow[]> {
  const parked = rows.filter(({ kind }) => kind === 'parked');
  for (const row of rows) {
    if (row.kind === 'timer' || parked.some((other) => isOfOneLane(row, other))) continue;
    const { subscription, key } = row;
    parked.push(...(await log.waiting({ subscription, key, kinds: ['parked'], limit: 1 })));
  }
  return parked;
}

/** A record that was published, and in which epoch of its log. */
type Published = StoredRecord & { readonly epoch: string };

async function hasTakenIn(
  context: RunningContext,
  published: readonly Published[],
): Promise<boolean> {
  const wanted = new Set(consumedContracts(context.context).map((contract) => contract.name));
  const bySource = Map.groupBy(
    published.filter((record) => wanted.has(record.type) && record.source !== context.name),
    (record) => record.source,
  );
  for (const [source, records] of bySource) {
    // What was passed is in the log or waits at the border; or it was discarded there, or left out.
    const intake = context.intakes.get(source);
    const ids = records
      .filter((record) => intake?.hasPassed(record.type, record) !== true)
      .map((record) => record.id);
    if (ids.length === 0) continue;
    const known = new Set((await context.log.recordsById(ids)).map(({ id }) => id));
    // What was taken in may be dropped from the log, and forgotten as received: one is enough.
    const received = await context.log.received(source, ids);
    const missing = ids.filter((id) => !known.has(id) && !received.has(id));
    if (missing.length === 0) continue;
    const border = await context.log.waiting({
      subscription: `intake from ${source}`,
      limit: RECORDS_MAX,
    });
    const atBorder = new Set(border.map((row) => row.recordId));
    if (missing.some((id) => !atBorder.has(id))) return false;
  }
  return true;
}

async function parkedOf(
  contexts: readonly RunningContext[],
  correlationId: string,
): Promise<readonly Parked[]> {
  const rows = await Promise.all(
    contexts.map(async (context) => {
      const waiting = await context.log.waiting({ correlationId, limit: RECORDS_MAX });
      const parked = await parkedBefore(context, waiting);
      return parked.map((row) => ({ ...row, context: context.name }));
    }),
  );
  return rows.flat();
}

async function leftToDo(contexts: readonly RunningContext[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const context of contexts) {
    if (!context.isAllTaken) left.push(`${context.name}: a part of its work is in nobody's hands`);
    for (const subscription of context.subscriptions) {
      if (subscription.isIdle) continue;
      const { room } = subscription;
      const why = subscription.stalledWhy ?? room.someReason;
      left.push(
        `${context.name}: "${subscription.name}" is ${counted(subscription.lag, 'record')} behind, ` +
          `${counted(room.size, 'row')} ${room.size === 1 ? 'waits' : 'wait'}` +
          (why === undefined ? '' : ` (${why})`),
      );
    }
    if (context.timers?.isIdle === false) left.push(`${context.name}: timers are due`);
    for (const [source, intake] of context.intakes)
      if (!(await intake.isIdle()))
        left.push(`${context.name}: messages from "${source}" are coming`);
    if ((await context.relay?.isIdle()) === false)
      left.push(`${context.name}: messages wait for the backbone`);
  }
  return left;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A waiting row, and in which context. */
export type Parked = WaitingRow & { readonly context: string };

/** Something was parked, so the action did not end as it should. */
export class SettledParkedError extends Error {
  override readonly name = 'SettledParkedError';
  readonly code = 'settled-parked';
  readonly retryable = false;
  readonly parked: readonly Parked[];

  constructor(parked: readonly Parked[]) {
    super(
      `${parked.length} ${parked.length === 1 ? 'record was' : 'records were'} parked:\n` +
        parked
          .slice(0, 10)
          .map(
            (row) =>
              `- ${row.context}, "${row.subscription}", key ${JSON.stringify(row.key)}: ${row.error?.message}`,
          )
          .join('\n') +
        `\nMend the cause, then redrive.`,
    );
    this.parked = parked;
  }
}

/** Not everything was done in time. It goes on; ask again, or look at what is listed. */
export class NotSettledError extends Error {
  override readonly name = 'NotSettledError';
  readonly code = 'not-settled';
  readonly retryable = true;
  readonly left: readonly string[];

  constructor(left: readonly string[]) {
    super(
      `Not everything is done yet:\n${left.map((line) => `- ${line}`).join('\n')}\n` +
        `It goes on; wait longer with timeoutMs, or look at what is listed.`,
    );
    this.left = left;
  }
}
