import type { Outcome, StreamVersion, WriteSet } from '../../log/write-set.ts';
import type { Connection } from './connection.ts';
import { writeDocument } from './document-queries.ts';
import { command, keepCommand, keepOperation, keepSnapshot } from './kept-queries.ts';
import { mayMove, moveCheckpoint, receive, setMark } from './progress-queries.ts';
import { insertRecord } from './record-rows.ts';
import type { StreamVersions } from './stream-versions.ts';
import { removeWaiting, writeWaiting } from './waiting-queries.ts';

/** Two write sets see each other in order; each is checked whole before anything of it is written. */
export function applyWriteSet(
  connection: Connection,
  versions: StreamVersions,
  writeSet: WriteSet,
): Outcome {
  return (
    checkStreams(connection, versions, writeSet) ??
    checkCommand(connection, writeSet) ??
    checkMoves(connection, writeSet) ?? {
      kind: 'committed',
      positions: write(connection, versions, writeSet),
    }
  );
}

function checkStreams(
  connection: Connection,
  versions: StreamVersions,
  writeSet: WriteSet,
): Outcome | undefined {
  for (const { stream, version } of writeSet.expects ?? []) {
    const actual = versions.get(connection, stream);
    if (actual !== version) return { kind: 'conflict', stream, expected: version, actual };
  }
  for (const { stream, version } of firstVersions(writeSet)) {
    const actual = versions.get(connection, stream);
    if (actual !== version) return { kind: 'conflict', stream, expected: version, actual };
  }
  return undefined;
}

/**
 * The versions on which the records themselves build. A record that leaves a gap in its own write
 * set is reported like one that another writer overtook: nothing of it may be written.
 */
function firstVersions(writeSet: WriteSet): StreamVersion[] {
  const builtOn: StreamVersion[] = [];
  const reached = new Map<string, number>();
  for (const { stream, version } of writeSet.records ?? []) {
    if (stream === null || version === null) continue;
    if (reached.get(stream) !== version - 1) builtOn.push({ stream, version: version - 1 });
    reached.set(stream, version);
  }
  return builtOn;
}

function checkCommand(connection: Connection, writeSet: WriteSet): Outcome | undefined {
  if (writeSet.command === undefined) return undefined;
  const known = command(connection, writeSet.command.id);
  return known === undefined ? undefined : { kind: 'command-known', command: known };
}

function checkMoves(connection: Connection, writeSet: WriteSet): Outcome | undefined {
  for (const move of writeSet.moves ?? []) {
    if (mayMove(connection, move)) continue;
    return { kind: 'fenced', subscription: move.subscription, firstSlot: move.firstSlot };
  }
  return undefined;
}

function write(connection: Connection, versions: StreamVersions, writeSet: WriteSet): number[] {
  const positions = (writeSet.records ?? []).map((record) => {
    if (record.received !== undefined && !receive(connection, record.received)) return 0;
    const position = insertRecord(connection, record);
    if (record.stream !== null) versions.set(record.stream, record.version ?? 0);
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
