import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import type { NewRecord } from '../../log/record.ts';
import type { WaitingRow } from '../../log/waiting-row.ts';
import type { Outcome, WriteSet } from '../../log/write-set.ts';

/** Things to write into a log. Only what a scenario is about is given, the rest is ordinary. */

let count = 0;

/** A name that was not used before. */
export function fresh(prefix: string): string {
  count += 1;
  return `${prefix}-${count}`;
}

/** A domain event of a stream. */
export function fact(stream: string, version: number, rest: Partial<NewRecord> = {}): NewRecord {
  return record({ stream, version, ...rest });
}

/** The events of a stream from one version to another, both included. */
export function facts(stream: string, from: number, to: number): NewRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => fact(stream, from + index));
}

/** A message that this context publishes. */
export function outgoing(rest: Partial<NewRecord> = {}): NewRecord {
  return record({ direction: 'outgoing', type: 'ordering.OrderPlaced', ...rest });
}

/** A message taken in, unless it is known. */
export function incoming(
  source: string,
  id: string,
  rest: Partial<NewRecord> & { readonly at?: number } = {},
): NonNullable<WriteSet['records']>[number] {
  const { at = 1_000, ...fields } = rest;
  const type = 'billing.PaymentCompleted';
  return {
    ...record({ direction: 'incoming', type, source, ...fields }),
    received: { source, id, at },
  };
}

export function record(rest: Partial<NewRecord> = {}): NewRecord {
  const id = fresh('record');
  return {
    id,
    direction: 'domain',
    stream: null,
    version: null,
    type: 'OrderPlaced',
    schemaVersion: 1,
    key: 'order-1',
    data: '{"orderId":"order-1","total":3}',
    source: 'ordering',
    occurredAt: 1_291_191_960_000,
    recordedAt: 1_790_000_000_000,
    correlationId: 'action-1',
    causationId: id,
    traceparent: null,
    metadata: null,
    ...rest,
  };
}

export function waitingRow(rest: Partial<WaitingRow> = {}): WaitingRow {
  return {
    subscription: 'confirm when paid',
    key: 'order-1',
    recordId: 'record-1',
    kind: 'retry',
    position: 1,
    slot: 7,
    due: 1_000,
    attempts: 1,
    error: null,
    correlationId: 'action-1',
    since: 500,
    payload: null,
    ...rest,
  };
}

/** Commits one write set and answers with its outcome. */
export async function commit(log: Log, writeSet: WriteSet): Promise<Outcome> {
  const outcomes = await log.commit([writeSet]);
  assert.equal(outcomes.length, 1);
  // Alone, it waits.
  assert.notEqual(outcomes[0]?.kind, 'held');
  return outcomes[0] as Outcome;
}

/** Commits one write set that nothing can be against, and answers with its records' positions. */
export async function committed(log: Log, writeSet: WriteSet): Promise<readonly number[]> {
  const outcome = await commit(log, writeSet);
  assert.equal(outcome.kind, 'committed');
  return outcome.kind === 'committed' ? outcome.positions : [];
}

/** Claims the whole range of a subscription and answers with its epoch. */
export async function claimAll(log: Log, subscription: string, position = 0): Promise<number> {
  const owner = 'process-1';
  const range = { subscription, firstSlot: 0, lastSlot: 255 };
  const [claimed] = await log.claim({ ...range, owner, fingerprint: 'default', position });
  return claimed?.epoch ?? 0;
}
