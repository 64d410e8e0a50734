import { streamName } from '../aggregate/aggregate.ts';
import type { LogReader } from '../log/log.ts';
import { PAGE_CHARACTERS_MAX } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import type { StoredCommand } from '../log/write-set.ts';
import type { OpenLog } from './open-logs.ts';
import { positionBefore } from './position-before.ts';

/** At most so many actions of one aggregate are shown. */
export const ACTIONS_MAX = 20;
/** A command's records are looked for so long around the time at which it was noted. */
const AROUND_MS = 60_000;
const PAGE = 500;
const STREAM_MAX = 10_000;

/** What an ID turned out to be, and the correlation ids of the business actions it stands for, the oldest first. */
export interface Found {
  readonly as: 'record' | 'action' | 'command' | 'aggregate';
  readonly correlationIds: readonly string[];
}

/**
 * Finds what an ID stands for: a record, a business action (a correlation id), a command, or an
 * aggregate (`order/536365` or `536365`), which stands for all actions that it had a part in.
 * Answers with no actions when a command is known that changed nothing.
 */
export async function findAction(logs: readonly OpenLog[], id: string): Promise<Found | undefined> {
  for (const { log } of logs) {
    const [record] = await log.recordsById([id]);
    if (record !== undefined) return { as: 'record', correlationIds: [record.correlationId] };
  }
  for (const { log } of logs) {
    const [record] = await log.recordsOfAction(id, 1);
    const [row] = await log.waiting({ correlationId: id, limit: 1 });
    if (record !== undefined || row !== undefined) return { as: 'action', correlationIds: [id] };
  }
  return (await findCommand(logs, id)) ?? (await findAggregate(logs, id));
}

/** A command id is unique in its context only, so it may stand for several actions. */
async function findCommand(logs: readonly OpenLog[], id: string): Promise<Found | undefined> {
  const correlationIds = new Set<string>();
  let isKnown = false;
  for (const { log } of logs) {
    const command = await log.command(id);
    if (command === undefined) continue;
    isKnown = true;
    const record = await recordOfCommand(log, command);
    if (record !== undefined) correlationIds.add(record.correlationId);
  }
  return isKnown ? { as: 'command', correlationIds: [...correlationIds] } : undefined;
}

async function findAggregate(logs: readonly OpenLog[], id: string): Promise<Found | undefined> {
  const began = new Map<string, number>();
  for (const { context, log } of logs) {
    const names = context.aggregates.map((aggregate) => streamName(aggregate.name, id));
    for (const stream of [id, ...names]) {
      const records = await log.readStream(stream, { limit: STREAM_MAX });
      for (const { correlationId, recordedAt } of records)
        began.set(correlationId, Math.min(began.get(correlationId) ?? recordedAt, recordedAt));
    }
  }
  if (began.size === 0) return undefined;
  const inTheirOrder = [...began].toSorted(([, a], [, b]) => a - b);
  return { as: 'aggregate', correlationIds: inTheirOrder.map(([correlationId]) => correlationId) };
}

async function recordOfCommand(
  log: LogReader,
  command: StoredCommand,
): Promise<StoredRecord | undefined> {
  if (command.stream !== '') {
    if (command.fromVersion === command.toVersion) return undefined;
    const afterVersion = command.fromVersion;
    return (await log.readStream(command.stream, { afterVersion, limit: 1 }))[0];
  }
  return recordOfTransaction(log, command);
}

/** A transaction of own tables has no stream; what it published was recorded about that time. */
async function recordOfTransaction(
  log: LogReader,
  command: StoredCommand,
): Promise<StoredRecord | undefined> {
  let after = await positionBefore(log, command.at - AROUND_MS);
  for (;;) {
    const bound = { limit: PAGE, charactersMax: PAGE_CHARACTERS_MAX };
    const page = await log.read({ after, ...bound, directions: ['outgoing'] });
    const found = page.find((record) => record.causationId === command.id);
    const last = page.at(-1);
    if (found !== undefined || last === undefined) return found;
    if (last.recordedAt > command.at + AROUND_MS) return undefined;
    after = last.position;
  }
}
