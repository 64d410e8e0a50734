import { RecordKnownError } from '../../log/record-known.ts';
import type { NewRecord } from '../../log/record.ts';
import { documentStream, type Fence, type Outcome, type WriteSet } from '../../log/write-set.ts';
import { markOf, rangeOf, type MemoryContents } from './memory-contents.ts';

/** Checks the whole write set before any of it is written. */
export function applyWriteSet(contents: MemoryContents, writeSet: WriteSet): Outcome {
  return refusal(contents, writeSet) ?? write(contents, writeSet);
}

/**
 * Why this write set cannot be committed now; undefined when it can.
 *
 * @throws {RecordKnownError} for a record whose id is in the log.
 * @throws {UnknownModelError} for a document of a read model that was not defined.
 */
export function refusal(contents: MemoryContents, writeSet: WriteSet): Outcome | undefined {
  const refused =
    movedStream(contents, writeSet) ??
    knownCommand(contents, writeSet) ??
    lostRange(contents, writeSet) ??
    changedDocument(contents, writeSet);
  if (refused !== undefined) return refused;
  assertWritable(contents, writeSet);
  return undefined;
}

/** Writes what `refusal` had nothing against. Cannot fail. */
export function write(contents: MemoryContents, writeSet: WriteSet): Outcome {
  const positions = (writeSet.records ?? []).map((record) =>
    record.received !== undefined && !contents.received.receive(record.received)
      ? 0
      : contents.records.append(record),
  );
  const { command } = writeSet;
  if (command !== undefined) contents.commands.set(command.id, Object.freeze({ ...command }));
  for (const move of writeSet.moves ?? []) {
    const checkpoint = contents.checkpoints.get(rangeOf(move));
    if (checkpoint === undefined) continue;
    contents.checkpoints.set(rangeOf(move), Object.freeze({ ...checkpoint, position: move.to }));
  }
  for (const mark of writeSet.marks ?? []) {
    contents.marks.set(markOf(mark), Object.freeze({ ...mark }));
  }
  for (const snapshot of writeSet.snapshots ?? []) {
    contents.snapshots.set(snapshot.stream, Object.freeze({ ...snapshot }));
  }
  for (const document of writeSet.documents ?? []) contents.documents.write(document);
  for (const row of writeSet.waiting ?? []) contents.waiting.put(row);
  for (const done of writeSet.done ?? []) contents.waiting.remove(done);
  for (const operation of writeSet.operations ?? []) {
    if (contents.operations.has(operation.id)) continue;
    contents.operations.set(operation.id, Object.freeze({ ...operation }));
  }
  return { kind: 'committed', positions };
}

function movedStream(contents: MemoryContents, writeSet: WriteSet): Outcome | undefined {
  for (const { stream, version } of writeSet.expects ?? []) {
    const actual = contents.records.version(stream);
    if (actual !== version) return { kind: 'conflict', stream, expected: version, actual };
  }
  return recordOutOfTurn(contents, writeSet.records ?? []);
}

/** Each record follows the one before it in its stream, here or in the log. */
function recordOutOfTurn(
  contents: MemoryContents,
  records: readonly NewRecord[],
): Outcome | undefined {
  const reached = new Map<string, number>();
  for (const { stream, version } of records) {
    if (stream === null || version === null) continue;
    const actual = contents.records.version(stream);
    const expected = version - 1;
    if ((reached.get(stream) ?? actual) !== expected) {
      return { kind: 'conflict', stream, expected, actual };
    }
    reached.set(stream, version);
  }
  return undefined;
}

function knownCommand(contents: MemoryContents, { command }: WriteSet): Outcome | undefined {
  const known = command && contents.commands.get(command.id);
  return known && { kind: 'command-known', command: known };
}

function lostRange(contents: MemoryContents, writeSet: WriteSet): Outcome | undefined {
  const lost =
    writeSet.fences?.find((fence) => !isHeld(contents, fence)) ??
    writeSet.moves?.find(
      (move) =>
        !isHeld(contents, move) || contents.checkpoints.get(rangeOf(move))?.position !== move.from,
    );
  return lost && { kind: 'fenced', subscription: lost.subscription, firstSlot: lost.firstSlot };
}

/** Was the range not claimed by somebody else? */
export function isHeld(contents: MemoryContents, fence: Fence): boolean {
  return contents.checkpoints.get(rangeOf(fence))?.epoch === fence.epoch;
}

function changedDocument(contents: MemoryContents, writeSet: WriteSet): Outcome | undefined {
  const changed = writeSet.documents?.find(
    ({ model, key, was }) =>
      was !== undefined && (contents.documents.text(model, key) ?? null) !== was,
  );
  return changed && { kind: 'conflict', stream: documentStream(changed), expected: 0, actual: 1 };
}

function assertWritable(contents: MemoryContents, writeSet: WriteSet): void {
  const ids = new Set<string>();
  const messages = new Set<string>();
  for (const { id, received } of writeSet.records ?? []) {
    if (received !== undefined) {
      const message = JSON.stringify([received.source, received.id]);
      if (messages.has(message) || contents.received.has(received)) continue;
      messages.add(message);
    }
    if (ids.has(id) || contents.records.has(id)) throw new RecordKnownError(id);
    ids.add(id);
  }
  for (const { model } of writeSet.documents ?? []) contents.documents.assertDefined(model);
}
