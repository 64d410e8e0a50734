import type { NewRecord } from '../../log/record.ts';
import { documentStream, type Fence, type Outcome, type WriteSet } from '../../log/write-set.ts';
import type { Connection } from './connection.ts';
import { document, writeDocument } from './document-queries.ts';
import { command, keepCommand, keepOperation, keepSnapshot } from './kept-queries.ts';
import type { KnownEnds } from './known-ends.ts';
import { holds, mayMove, moveCheckpoint, receive, setMark } from './progress-queries.ts';
import { insertRecord } from './record-rows.ts';
import { removeWaiting, writeWaiting } from './waiting-queries.ts';

/** Two write sets see each other in order; each is checked whole before anything of it is written. */
export function applyWriteSet(
  connection: Connection,
  ends: KnownEnds,
  writeSet: WriteSet,
): Outcome {
  return (
    checkStreams(connection, ends, writeSet) ??
    checkCommand(connection, writeSet) ??
    checkRanges(connection, writeSet) ??
    checkDocuments(connection, writeSet) ?? {
      kind: 'committed',
      positions: write(connection, ends, writeSet),
    }
  );
}

function checkStreams(
  connection: Connection,
  ends: KnownEnds,
  writeSet: WriteSet,
): Outcome | undefined {
  for (const { stream, version } of writeSet.expects ?? []) {
    const actual = ends.streamVersion(connection, stream);
    if (actual !== version) return { kind: 'conflict', stream, expected: version, actual };
  }
  return checkRecords(connection, ends, writeSet.records ?? []);
}

/**
 * A record must follow the one before it in its stream, wherever that is. One that does not is
 * reported like one that another writer overtook: nothing of the write set may be written.
 */
function checkRecords(
  connection: Connection,
  ends: KnownEnds,
  records: readonly NewRecord[],
): Outcome | undefined {
  let reached: Map<string, number> | undefined;
  for (const { stream, version } of records) {
    if (stream === null || version === null) continue;
    const before = reached?.get(stream);
    const actual = before ?? ends.streamVersion(connection, stream);
    if (actual !== version - 1) {
      const stored = before === undefined ? actual : ends.streamVersion(connection, stream);
      return { kind: 'conflict', stream, expected: version - 1, actual: stored };
    }
    if (records.length > 1) (reached ??= new Map()).set(stream, version);
  }
  return undefined;
}

function checkCommand(connection: Connection, writeSet: WriteSet): Outcome | undefined {
  if (writeSet.command === undefined) return undefined;
  const known = command(connection, writeSet.command.id);
  return known === undefined ? undefined : { kind: 'command-known', command: known };
}

function checkRanges(connection: Connection, writeSet: WriteSet): Outcome | undefined {
  for (const fence of writeSet.fences ?? []) {
    if (!holds(connection, fence)) return fenced(fence);
  }
  for (const move of writeSet.moves ?? []) {
    if (!mayMove(connection, move)) return fenced(move);
  }
  return undefined;
}

function checkDocuments(connection: Connection, writeSet: WriteSet): Outcome | undefined {
  for (const { model, key, was } of writeSet.documents ?? []) {
    if (was === undefined || (document(connection, model, key) ?? null) === was) continue;
    return { kind: 'conflict', stream: documentStream({ model, key }), expected: 0, actual: 1 };
  }
  return undefined;
}

function fenced({ subscription, firstSlot }: Fence): Outcome {
  return { kind: 'fenced', subscription, firstSlot };
}

function write(connection: Connection, ends: KnownEnds, writeSet: WriteSet): number[] {
  const positions = (writeSet.records ?? []).map((record) => {
    if (record.received !== undefined && !receive(connection, record.received)) return 0;
    const position = ends.nextPosition(connection);
    insertRecord(connection, record, position);
    if (record.stream !== null) ends.setStreamVersion(record.stream, record.version ?? 0);
    return position;
  });
  if (writeSet.command !== undefined) keepCommand(connection, writeSet.command);
  for (const move of writeSet.moves ?? []) {
    if (move.from !== move.to) moveCheckpoint(connection, move);
  }
  for (const mark of writeSet.marks ?? []) setMark(connection, mark);
  for (const snapshot of writeSet.snapshots ?? []) keepSnapshot(connection, snapshot);
  for (const document of writeSet.documents ?? []) writeDocument(connection, document);
  for (const row of writeSet.waiting ?? []) writeWaiting(connection, row);
  for (const done of writeSet.done ?? []) removeWaiting(connection, done);
  for (const operation of writeSet.operations ?? []) keepOperation(connection, operation);
  return positions;
}
