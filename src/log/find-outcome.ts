import type { LogReader } from './log.ts';
import type { CheckpointMove, Outcome, StoredCommand, WriteSet } from './write-set.ts';

/**
 * Was this write set committed although its answer was lost? Known by what it writes that nothing
 * else can have written: its records' ids, its command, a checkpoint that stands where it moved it.
 * Undefined when it was not, or when nothing of it can be recognised: what is left then (documents,
 * marks, waiting rows, snapshots) says the same when it is written twice.
 */
export async function findOutcome(
  log: LogReader,
  writeSet: WriteSet,
): Promise<Outcome | undefined> {
  const { records = [], command, moves = [] } = writeSet;
  if (records.length > 0) return findByRecords(log, records);
  if (command !== undefined) return findByCommand(log, command);
  const move = moves.find((candidate) => candidate.from !== candidate.to);
  return move && findByMove(log, move);
}

async function findByRecords(
  log: LogReader,
  records: NonNullable<WriteSet['records']>,
): Promise<Outcome | undefined> {
  const found = await log.recordsById(records.map((record) => record.id));
  // All or none: a record that is there although another is not was received before this commit.
  if (found.length < new Set(records.map((record) => record.id)).size) return undefined;
  const positions = new Map(found.map((record) => [record.id, record.position]));
  return {
    kind: 'committed',
    positions: records.map((record) => positions.get(record.id) ?? 0),
  };
}

async function findByCommand(log: LogReader, command: StoredCommand): Promise<Outcome | undefined> {
  const known = await log.command(command.id);
  if (known === undefined) return undefined;
  // The same in all it says is ours; another one came first.
  const isOurs = (Object.keys(command) as (keyof StoredCommand)[]).every(
    (field) => known[field] === command[field],
  );
  return isOurs ? { kind: 'committed', positions: [] } : { kind: 'command-known', command: known };
}

async function findByMove(log: LogReader, move: CheckpointMove): Promise<Outcome | undefined> {
  const checkpoints = await log.checkpoints();
  // At or beyond: under one epoch only its owner moves a checkpoint, each move from the one before.
  const isMoved = checkpoints.some(
    (checkpoint) =>
      checkpoint.subscription === move.subscription &&
      checkpoint.firstSlot === move.firstSlot &&
      checkpoint.epoch === move.epoch &&
      checkpoint.position >= move.to,
  );
  return isMoved ? { kind: 'committed', positions: [] } : undefined;
}
