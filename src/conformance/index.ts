/**
 * The door of `thereupon/conformance`, for whoever writes a store or a backbone: the ports, the
 * errors that they promise, and the suites that hold an adapter to them.
 */
export { testBackbone } from './backbone.ts';
export type { BackboneSubject, StrangersMessage } from './backbone/backbone-subject.ts';
export { type LogSubject, testLog } from './log.ts';

export type {
  Backbone,
  Capabilities,
  Consumer,
  Delivery,
  Envelope,
  Inlet,
  Outlet,
  Surroundings,
} from '../backbone/backbone.ts';
export type { DocumentQuery, FieldCondition, StoredDocument } from '../log/document-query.ts';
export type {
  Claim,
  Exclusive,
  ExclusiveOutcome,
  Log,
  LogQuery,
  LogReader,
  Replacement,
} from '../log/log.ts';
export type { StreamQuery, WaitingCount, WaitingQuery } from '../log/log.ts';
export type { Direction, NewRecord, StoredRecord } from '../log/record.ts';
export type { NewEpoch, Predecessor, RecoverOptions } from '../log/recover.ts';
export type { PublishedLog, PublishedRecord, Store } from '../log/store.ts';
export type { WaitingError, WaitingKey, WaitingKind, WaitingRow } from '../log/waiting-row.ts';
export type { Checkpoint, CheckpointMove, DocumentWrite, Fence, Mark } from '../log/write-set.ts';
export type { Operation, Outcome, Received, StoredCommand } from '../log/write-set.ts';
export type { StoredSnapshot, StreamVersion, WriteSet } from '../log/write-set.ts';
export { FROM_NOW } from '../log/write-set.ts';

export { BackboneUnavailableError, MessageNotCarriedError } from '../backbone/backbone.ts';
export { ContextNameError, assertContextName } from '../log/context-name.ts';
export { LogClosedError } from '../log/log.ts';
export { LogInUseError } from '../log/log-in-use.ts';
export { LogReplacedError } from '../log/log-replaced.ts';
export { RecordKnownError } from '../log/record-known.ts';
export { TransactionEndedError } from '../log/transaction-ended.ts';
export { UnknownModelError } from '../log/unknown-model.ts';
