import { claimSlots } from '../../log/claim-slots.ts';
import type { Claim } from '../../log/log.ts';
import type { Checkpoint, CheckpointMove, Fence, Mark, Received } from '../../log/write-set.ts';
import { type Connection, plainRows } from './connection.ts';

/** How far subscriptions and the intake have come: checkpoints, marks, and what was received. */

const CHECKPOINT_COLUMNS = `
  subscription, first_slot as firstSlot, last_slot as lastSlot, position, epoch, owner, fingerprint`;

export function checkpoints(connection: Connection): Checkpoint[] {
  const sql = `select ${CHECKPOINT_COLUMNS} from checkpoints order by subscription, first_slot`;
  return plainRows<Checkpoint>(connection.prepared(sql).all());
}

const CHECKPOINTS_OF = `
  select ${CHECKPOINT_COLUMNS} from checkpoints where subscription = ? order by first_slot`;
const REMOVE_CHECKPOINT = 'delete from checkpoints where subscription = ? and first_slot = ?';
const WRITE_CHECKPOINT = `
  insert or replace into checkpoints
    (subscription, first_slot, last_slot, position, epoch, owner, fingerprint)
  values (?, ?, ?, ?, ?, ?, ?)`;

export function claimRanges(connection: Connection, claim: Claim): readonly Checkpoint[] {
  const rows = connection.prepared(CHECKPOINTS_OF).all(claim.subscription);
  const { claimed, written, removed } = claimSlots(plainRows<Checkpoint>(rows), claim);
  for (const { subscription, firstSlot } of removed)
    connection.prepared(REMOVE_CHECKPOINT).run(subscription, firstSlot);
  for (const each of written) {
    const { subscription, firstSlot, lastSlot, position, epoch, owner, fingerprint } = each;
    connection
      .prepared(WRITE_CHECKPOINT)
      .run(subscription, firstSlot, lastSlot, position, epoch, owner, fingerprint);
  }
  return claimed;
}

const HOLDS = 'select 1 from checkpoints where subscription = ? and first_slot = ? and epoch = ?';

/** Was the range not claimed by somebody else? */
export function holds(connection: Connection, fence: Fence): boolean {
  const { subscription, firstSlot, epoch } = fence;
  return connection.prepared(HOLDS).get(subscription, firstSlot, epoch) !== undefined;
}

const MAY_MOVE = `
  select 1 from checkpoints
  where subscription = ? and first_slot = ? and epoch = ? and position = ?`;

/** Is the checkpoint where the mover left it, and still the mover's? */
export function mayMove(connection: Connection, move: CheckpointMove): boolean {
  const { subscription, firstSlot, epoch, from } = move;
  return connection.prepared(MAY_MOVE).get(subscription, firstSlot, epoch, from) !== undefined;
}

const MOVE = 'update checkpoints set position = ? where subscription = ? and first_slot = ?';

export function moveCheckpoint(connection: Connection, move: CheckpointMove): void {
  connection.prepared(MOVE).run(move.to, move.subscription, move.firstSlot);
}

export function marks(connection: Connection): Mark[] {
  const sql = 'select source, contract, epoch, position from marks order by source, contract';
  return plainRows<Mark>(connection.prepared(sql).all());
}

const SET_MARK = `
  insert into marks (source, contract, epoch, position) values (?, ?, ?, ?)
  on conflict (source, contract) do update set epoch = excluded.epoch, position = excluded.position`;

export function setMark(connection: Connection, mark: Mark): void {
  connection.prepared(SET_MARK).run(mark.source, mark.contract, mark.epoch, mark.position);
}

const RECEIVED = `
  select id from received where source = ? and id in (select value from json_each(?))`;

export function received(
  connection: Connection,
  source: string,
  ids: readonly string[],
): Set<string> {
  const rows = connection.prepared(RECEIVED).all(source, JSON.stringify(ids));
  return new Set(rows.map((row) => row['id'] as string));
}

const RECEIVE = 'insert into received (source, id, at) values (?, ?, ?) on conflict do nothing';

/** Notes a message as received; false when it was received before. */
export function receive(connection: Connection, message: Received): boolean {
  const { changes } = connection.prepared(RECEIVE).run(message.source, message.id, message.at);
  return Number(changes) > 0;
}

export function floor(connection: Connection, source: string): number {
  const row = connection.prepared('select at from floors where source = ?').get(source);
  return (row?.['at'] as number | undefined) ?? 0;
}

const RAISE_FLOORS = `
  insert into floors (source, at)
  select distinct source, ? from received where at < ?
  on conflict (source) do update set at = max(at, excluded.at)`;

/**
 * Raises the floors of the sources of which something is about to be forgotten. Before it is: a
 * message that can no longer be recognised must not be taken in again.
 */
export function raiseFloors(connection: Connection, before: number): void {
  connection.prepared(RAISE_FLOORS).run(before, before);
}

// received_at, then the primary key.
const FORGET_RECEIVED = `
  delete from received where (source, id) in (
    select source, id from received where at < ? limit ?
  )`;

/** Forgets at most `limit` messages; returns how many it were. */
export function forgetReceived(connection: Connection, before: number, limit: number): number {
  return Number(connection.prepared(FORGET_RECEIVED).run(before, limit).changes);
}
