import { BORDER_READ_MAX } from '../backbone/border.ts';
import type { Diagnosis } from '../log/diagnosis.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { slotOf } from '../subscription/slot.ts';
import { countWanted } from './count-wanted.ts';
import { discardOf } from './discards.ts';
import { failingIn } from './failing.ts';
import {
  type ListedSubscription,
  keysOfRecord,
  listedSubscriptions,
} from './listed-subscriptions.ts';
import type { OpenLog } from './open-logs.ts';
import { pauses } from './pauses.ts';
import { pausedBy } from './readers-question.ts';
import { ownerOf, runningOf } from './runners.ts';
import { toldError } from './told-error.ts';
import { type Blocker, type WhyAnswer, type WhyState, answer, waitingState } from './why-answer.ts';

/** At most so many rows of one business action are looked through. */
const ROWS_MAX = 10_000;

/** A context's log, with what its store tells of it. */
export interface WhyLog extends OpenLog {
  readonly diagnosis: Diagnosis | undefined;
}

/**
 * What became of a record in its own log, with each subscription: with those that want it, and with those
 * that it waits for though nothing lists them any more. `isAll` tells of those that do not want it, too.
 */
export async function whyHere(
  open: WhyLog,
  record: StoredRecord,
  isAll: boolean,
): Promise<readonly WhyAnswer[]> {
  // First how far they are: what fails meanwhile has its row by the time that rows are asked for.
  const checkpoints = await open.log.checkpoints();
  const rows = await rowsOf(open, record);
  const answers: WhyAnswer[] = [];
  const listed = listedSubscriptions(open.context);
  for (const each of listed) {
    const waiting = rows.filter(({ subscription }) => subscription === each.name);
    const about = aboutOf(open, record, each);
    for (const row of waiting) answers.push(...(await waitingAnswer(open, row, about)));
    if (waiting.length > 0) continue;
    if (each.interest.wants(record))
      answers.push(answer({ ...about, state: await stateOf(open, each, record, checkpoints) }));
    else if (isAll)
      answers.push(answer({ ...about, state: { is: 'not-wanted', wants: each.interest.types } }));
  }
  for (const row of rows) {
    const { subscription } = row;
    if (listed.some(({ name }) => name === subscription)) continue;
    const about = aboutOf(open, record, { name: subscription, kind: 'unknown' });
    answers.push(...(await waitingAnswer(open, row, about)));
  }
  return answers;
}

/** The rows of a record, whatever key they were dealt to. */
export async function rowsOf(
  { log }: OpenLog,
  { id, correlationId }: Pick<StoredRecord, 'id' | 'correlationId'>,
): Promise<readonly WaitingRow[]> {
  const rows = await log.waiting({ correlationId, limit: ROWS_MAX });
  return rows.filter((row) => row.recordId === id);
}

export async function waitingAnswer(
  { log }: OpenLog,
  row: WaitingRow,
  about: Omit<WhyAnswer, 'state' | 'level'>,
): Promise<readonly WhyAnswer[]> {
  const { subscription, key } = row;
  const ofKey =
    row.kind === 'held' ? await log.waiting({ subscription, key, limit: BORDER_READ_MAX }) : [];
  // What is held is held behind what is not, in whatever order they are.
  const first = ofKey.find(({ kind }) => kind !== 'held');
  const paused = pausedBy(await pauses(log), subscription);
  const state = waitingState(row, blockerOf(row, first), paused);
  return state === undefined ? [] : [answer({ ...about, state })];
}

function blockerOf(row: WaitingRow, first: WaitingRow | undefined): Blocker | null {
  if (first === undefined || first.recordId === row.recordId) return null;
  return { recordId: first.recordId, is: first.kind, error: toldError(first.error) };
}

function aboutOf(
  { name }: OpenLog,
  { id, type }: StoredRecord,
  { name: subscription, kind }: { readonly name: string; readonly kind: WhyAnswer['kind'] },
) {
  return { context: name, subscription, kind, recordId: id, type };
}

async function stateOf(
  open: WhyLog,
  listed: ListedSubscription,
  record: StoredRecord,
  checkpoints: readonly Checkpoint[],
): Promise<WhyState> {
  const own = checkpoints.filter(({ subscription }) => subscription === listed.name);
  if (own.length === 0) return { is: 'not-started' };
  const range = rangeBefore(open, listed, record, own);
  if (range !== undefined) return notReached(open, listed, record, range);
  const discard = await discardOf(open.log, listed.name, record.id);
  return discard ?? { is: 'handled', mayBePast: listed.startFrom === 'now' };
}

/** The part of a subscription that is to handle a record and stands before it, if there is one. */
export function rangeBefore(
  { vocabulary }: OpenLog,
  listed: ListedSubscription,
  record: StoredRecord,
  checkpoints: readonly Checkpoint[],
): Checkpoint | undefined {
  const before = checkpoints.filter(
    ({ subscription, position }) => subscription === listed.name && position < record.position,
  );
  if (before.length === 0) return undefined;
  const slots = keysOfRecord(vocabulary, listed, record).map(slotOf);
  return before.find(({ firstSlot, lastSlot }) =>
    slots.some((slot) => slot >= firstSlot && slot <= lastSlot),
  );
}

async function notReached(
  { log, diagnosis }: WhyLog,
  { name, interest }: ListedSubscription,
  { position: at }: StoredRecord,
  range: Checkpoint,
): Promise<WhyState> {
  const { position } = range;
  const { count, isMore } = await countWanted(log, interest, { after: position, upTo: at - 1 });
  const running = runningOf(diagnosis);
  const heldBy = diagnosis?.heldBy ?? null;
  return {
    is: 'not-reached',
    position,
    before: count,
    isMore,
    owner: ownerOf(running, name, range),
    isRun: running.processes === null ? null : running.processes.length > 0,
    paused: pausedBy(await pauses(log), name),
    heldBy: heldBy !== null && heldBy.heldAt < at ? heldBy : null,
    failing: await failingIn(log, name),
  };
}
