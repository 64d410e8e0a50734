import type { LogReader } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { type ByWhom, assertByWhom } from './by-whom.ts';
import { decideElsewhere } from './decide-elsewhere.ts';
import type { EditAsked } from './edit-asked.ts';
import { editedData } from './edited-data.ts';
import { InvalidOptionError } from './invalid-option.ts';
import { lookForAWhile } from './look-until.ts';
import { NotRunningHereError } from './not-running-here.ts';
import { decideHere } from './parked-decision.ts';
import { handlerOf, subscriptionOf } from './parked-handler.ts';
import type { RunningContext } from './running-context.ts';
import type { Parked } from './settled.ts';
import { hasAnsweredNotYet, triedRow } from './tried-row.ts';

/** At most so many parked records are selected in one go. */
const SELECTED_MAX = 10_000;
/** Among so many they are looked for, where the store cannot tell which they are. */
const LOOKED_THROUGH_MAX = 1_000_000;
/** So long another process may take to try a record again; then it counts as under way. */
const TRIED_ELSEWHERE_MS = 10_000;

/** Which parked records are meant; all that is given must hold. */
export interface ParkedSelection {
  readonly context?: string;
  readonly subscription?: string;
  readonly key?: string;
  readonly recordId?: string;
  /** The `code` of the error they were parked with. */
  readonly errorCode?: string;
}

export interface RedriveOptions extends ByWhom {
  /**
   * What the record is handled with in place of its own data, by this subscription alone: the record in
   * the log stays as it was. For a selection of exactly one. It is kept until the record is done, over
   * restarts and further redrives; null: its own data again. Default: as before.
   */
  readonly edited?: EditAsked | null;
  /** Only the first one, and answer how it went. Default: all that are selected. */
  readonly trial?: boolean;
  /** At most so many a second. Default: as fast as they go. */
  readonly perSecond?: number;
  /** Stops before the next one. */
  readonly signal?: AbortSignal;
}

/** How a redrive went. */
export interface Redriven {
  readonly selected: number;
  /** Handled now. */
  readonly done: readonly Parked[];
  /** Parked again, each with its new error. */
  readonly parkedAgain: readonly Parked[];
  /**
   * Answered `notYet`: no longer parked, nor tried in vain. Each waits for what its `error` names, is
   * tried again when that may have come, and is parked again after its time.
   */
  readonly notYet: readonly Parked[];
  /** Not over yet: its subscription is paused, probes an outage or stops, or `signal` aborted. */
  readonly underWay: readonly Parked[];
}

/** A context whose log is read, whether it runs here or not. */
export interface ReadContext {
  readonly name: string;
  readonly log: LogReader;
}

/** The parked records of a selection, and how many are held behind each. */
export async function listParked(
  contexts: readonly ReadContext[],
  selection: ParkedSelection,
): Promise<readonly (Parked & { readonly heldBehind: number })[]> {
  const found: (Parked & { heldBehind: number })[] = [];
  for (const context of contexts) {
    if (selection.context !== undefined && selection.context !== context.name) continue;
    const { subscription, key, recordId, errorCode } = selection;
    const isNarrowed = recordId !== undefined || errorCode !== undefined;
    const rows = await context.log.waiting({
      kinds: ['parked'],
      limit: isNarrowed ? LOOKED_THROUGH_MAX : SELECTED_MAX,
      ...(subscription === undefined ? {} : { subscription }),
      ...(key === undefined ? {} : { key }),
    });
    const selected = rows.filter((row) => isSelected(row, selection)).slice(0, SELECTED_MAX);
    for (const row of selected)
      found.push({ ...row, context: context.name, heldBehind: await heldBehind(context, row) });
  }
  return found;
}

/** Tries parked records again, one after the other; what is held behind each follows by itself. */
export async function redrive(
  contexts: readonly RunningContext[],
  selection: ParkedSelection,
  options: RedriveOptions,
): Promise<Redriven> {
  assertByWhom(options);
  const selected = await listParked(contexts, selection);
  const done: Parked[] = [];
  const parkedAgain: Parked[] = [];
  const notYet: Parked[] = [];
  const underWay: Parked[] = [];
  for (const row of selected) assertIsHandled(contextOf(contexts, row), row);
  await assertEditable(contexts, selected, options);
  for (const row of options.trial === true ? selected.slice(0, 1) : selected) {
    if (options.signal?.aborted === true) break;
    const running = contextOf(contexts, row);
    if (!(await tryAgain(running, row, options))) continue;
    const tried = await triedRow(running.log, row);
    const { context } = row;
    if (tried.state === 'done') done.push(row);
    else if (tried.state === 'parked-again') parkedAgain.push({ ...tried.row, context });
    else if (tried.state === 'not-yet') notYet.push({ ...tried.row, context });
    else underWay.push({ ...tried.row, context });
    const { clock } = running.workplace.host;
    if (options.perSecond !== undefined)
      await clock.sleep(1_000 / options.perSecond, options.signal);
  }
  return { selected: selected.length, done, parkedAgain, notYet, underWay };
}

/** Gives parked records up, for good; what is held behind each goes on. */
export async function discard(
  contexts: readonly RunningContext[],
  selection: ParkedSelection,
  options: ByWhom,
): Promise<readonly Parked[]> {
  assertByWhom(options);
  const gone: Parked[] = [];
  for (const row of await listParked(contexts, selection)) {
    const running = contextOf(contexts, row);
    const decide = isElsewhere(running, row) ? decideElsewhere : decideHere;
    if (await decide(running, row, { ...options, action: 'discard' })) gone.push(row);
  }
  return gone;
}

/** Answers when it is over, as far as that can be waited for. False: it was not parked any more. */
async function tryAgain(
  running: RunningContext,
  row: Parked,
  options: RedriveOptions,
): Promise<boolean> {
  const decision = { ...options, action: 'redrive' } as const;
  if (isElsewhere(running, row)) {
    if (!(await decideElsewhere(running, row, decision))) return false;
    await triedElsewhere(running, row, options.signal);
    return true;
  }
  if (!(await decideHere(running, row, decision))) return false;
  const subscription = subscriptionOf(running, row);
  if (subscription === undefined) return true;
  const isOver = (): boolean => {
    const first = subscription.room.first(row.key);
    const isStillFirst = first?.recordId === row.recordId && first.kind !== 'parked';
    const isOnItsWay = isStillFirst && !hasAnsweredNotYet(first);
    return !isOnItsWay || subscription.stalledWhy !== undefined;
  };
  await running.activity.until(isOver, options.signal ?? new AbortController().signal);
  return true;
}

/** Waits until another process has tried it, at most for a while: it may be paused there. */
async function triedElsewhere(
  running: RunningContext,
  row: Parked,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isOver = async (): Promise<true | undefined> => {
    const { state } = await triedRow(running.log, row);
    return state === 'under-way' ? undefined : true;
  };
  const { clock } = running.workplace.host;
  const waitMs = TRIED_ELSEWHERE_MS;
  await lookForAWhile(isOver, { log: running.log, clock, waitMs, signal });
}

/** Before anything is done: also what another process is then asked for. */
async function assertEditable(
  contexts: readonly RunningContext[],
  selected: readonly Parked[],
  { edited, who, why }: RedriveOptions,
): Promise<void> {
  if (edited === undefined) return;
  const [row, another] = selected;
  if (row === undefined || another !== undefined)
    throw new InvalidOptionError(
      'edited',
      `is for one parked record, and ${selected.length} are selected; say which one by its recordId`,
    );
  if (edited !== null) await editedData(contextOf(contexts, row), row, { ...edited, who, why });
}

/** Its reaction, effect, read model or source may have been taken out of the code since. */
function assertIsHandled(running: RunningContext, row: Parked): void {
  if (isElsewhere(running, row) || handlerOf(running, row) !== undefined) return;
  const { subscription, context, recordId } = row;
  const what = `"${subscription}" of "${context}", for which record ${recordId} is parked,`;
  throw new NotRunningHereError(what);
}

/** The process that handles it holds back what is behind it, and must hear what becomes of it. */
function isElsewhere(running: RunningContext, row: Parked): boolean {
  return handlerOf(running, row) === undefined && running.isElsewhere(row.subscription);
}

function isSelected(row: WaitingRow, selection: ParkedSelection): boolean {
  const { recordId, errorCode } = selection;
  return (
    (recordId === undefined || recordId === row.recordId) &&
    (errorCode === undefined || errorCode === row.error?.code)
  );
}

async function heldBehind(context: ReadContext, row: WaitingRow): Promise<number> {
  const { subscription, key } = row;
  const rows = await context.log.waiting({ subscription, key, limit: SELECTED_MAX });
  return rows.length - 1;
}

function contextOf(contexts: readonly RunningContext[], row: Parked): RunningContext {
  const found = contexts.find((context) => context.name === row.context);
  if (found === undefined) throw new NotRunningHereError(`context "${row.context}"`);
  return found;
}
