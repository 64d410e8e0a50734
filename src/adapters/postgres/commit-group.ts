import type { Ask } from './database.ts';
import { bigintArray, textArray } from './array-parameters.ts';
import type { Group, GroupRecord } from './group.ts';
import type { Refused } from './known-facts.ts';

/** What the database made of a group. */
export type Committed =
  | {
      readonly kind: 'committed';
      /** The position of each record of the group; 0 for a message received before. */
      readonly positions: readonly number[];
    }
  | { readonly kind: 'refused'; readonly refused: Refused };

/** Asks the database to commit a group, in one call. See migrations 3 and 7. */
export async function commitGroup(
  ask: Ask,
  { schema, waits }: { readonly schema: string; readonly waits: boolean },
  group: Group,
): Promise<Committed> {
  const one = waits ? onlyEvent(group) : undefined;
  if (one !== undefined) return commitOne(ask, schema, one);
  const [row] = await ask<[number[] | null, number[] | null, string | null]>(
    commitSql(schema),
    parametersOf(group, waits),
  );
  const [appended, known, refused] = row ?? [null, null, null];
  if (refused !== null) return { kind: 'refused', refused: JSON.parse(refused) as Refused };
  return { kind: 'committed', positions: positionsOf(group, appended ?? [], known ?? []) };
}

/** The event of a group that is nothing else. */
function onlyEvent(group: Group): StreamEvent | undefined {
  const [record] = group.records;
  if (record === undefined || group.records.length > 1 || record.received !== undefined)
    return undefined;
  if (record.stream === null || record.version === null || group.streams.size !== 1)
    return undefined;
  const { ranges, commands, marks, snapshots, documents, waiting, done, operations } = group;
  const others = [ranges, commands, marks, snapshots, documents, waiting, done, operations];
  return others.every(({ size }) => size === 0) ? (record as StreamEvent) : undefined;
}

type StreamEvent = GroupRecord & { readonly stream: string; readonly version: number };

async function commitOne(ask: Ask, schema: string, event: StreamEvent): Promise<Committed> {
  const [row] = await ask<[number | null, number | null]>(commitOneSql(schema), [
    event.stream,
    event.version,
    event.id,
    event.direction,
    event.type,
    event.schemaVersion,
    event.key,
    event.data,
    event.source,
    event.occurredAt,
    event.recordedAt,
    event.correlationId,
    event.causationId,
    event.traceparent,
    event.metadata,
  ]);
  const [position, found] = row ?? [null, null];
  if (position !== null) return { kind: 'committed', positions: [position] };
  const streams = [[event.stream, found ?? 0, false]] as const;
  return { kind: 'refused', refused: { ...NOTHING, streams } };
}

const NOTHING: Refused = {
  streams: null,
  commands: null,
  ranges: null,
  models: null,
  documents: null,
};

const ONE_PARAMETERS = Array.from({ length: 15 }, (_, index) => `$${index + 1}`).join(', ');

function commitOneSql(schema: string): string {
  return `select appended_at, found_version from ${schema}.commit_one_v1(${ONE_PARAMETERS})`;
}

const PARAMETERS = Array.from({ length: 31 }, (_, index) => `$${index + 1}`).join(', ');

function commitSql(schema: string): string {
  return `select positions, known, refused from ${schema}.commit_v1(${PARAMETERS})`;
}

/** Some were received before: the others' positions, in order. */
function positionsOf(
  { records }: Group,
  appended: readonly number[],
  known: readonly number[],
): readonly number[] {
  if (known.length === 0) return appended;
  const left = new Set(known);
  let next = 0;
  return records.map((_, index) => (left.has(index + 1) ? 0 : (appended[next++] as number)));
}

function parametersOf(group: Group, waits: boolean): unknown[] {
  return [
    ...streamParameters(group),
    waits,
    ...recordParameters(group.records),
    ...documentParameters(group),
    receivedParameter(group.records),
    json([...group.commands.values()]),
    json([...group.ranges.values()].map(rangeParameter)),
    json([...group.marks.values()]),
    json([...group.snapshots.values()]),
    json([...group.waiting.values()].map((row) => ({ ...row, error: errorText(row.error) }))),
    json([...group.done.values()]),
    json([...group.operations.values()]),
  ];
}

function streamParameters({ streams }: Group): Buffer[] {
  // In one order, so that two who want the same streams never wait for each other.
  const sorted = [...streams].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    textArray(sorted.map(([stream]) => stream)),
    bigintArray(sorted.map(([, { base }]) => base)),
    bigintArray(sorted.map(([, { base, version }]) => (version === base ? null : version))),
  ];
}

function recordParameters(records: readonly GroupRecord[]): Buffer[] {
  return [
    textArray(records.map(({ id }) => id)),
    textArray(records.map(({ direction }) => direction)),
    textArray(records.map(({ stream }) => stream)),
    bigintArray(records.map(({ version }) => version)),
    textArray(records.map(({ type }) => type)),
    bigintArray(records.map(({ schemaVersion }) => schemaVersion)),
    textArray(records.map(({ key }) => key)),
    textArray(records.map(({ data }) => data)),
    textArray(records.map(({ source }) => source)),
    bigintArray(records.map(({ occurredAt }) => occurredAt)),
    bigintArray(records.map(({ recordedAt }) => recordedAt)),
    textArray(records.map(({ correlationId }) => correlationId)),
    textArray(records.map(({ causationId }) => causationId)),
    textArray(records.map(({ traceparent }) => traceparent)),
    textArray(records.map(({ metadata }) => metadata)),
  ];
}

function documentParameters({ documents }: Group): Buffer[] {
  const writes = [...documents.values()];
  return [
    textArray(writes.map(({ model }) => model)),
    textArray(writes.map(({ key }) => key)),
    textArray(writes.map(({ text }) => text)),
    textArray(writes.map(({ was }) => (was === undefined ? null : (was ?? '')))),
  ];
}

function receivedParameter(records: readonly GroupRecord[]): string | null {
  const messages = records.flatMap(({ received }, index) =>
    received === undefined ? [] : [{ number: index + 1, ...received }],
  );
  return json(messages);
}

function rangeParameter(range: {
  readonly subscription: string;
  readonly firstSlot: number;
  readonly epoch: number;
  readonly base: number | undefined;
  readonly to: number | undefined;
}): object {
  const { subscription, firstSlot, epoch, base, to } = range;
  return { subscription, first_slot: firstSlot, epoch, from: base ?? null, to: to ?? null };
}

function errorText(error: object | null): string | null {
  return error === null ? null : JSON.stringify(error);
}

function json(list: readonly object[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}
