import type { Log, LogReader } from '../log/log.ts';
import type { PublishedLog } from '../log/store.ts';

/**
 * The calls of a store's ports, by name, for whoever makes them fail. Records and no lists: a new
 * call of a port that is missing here does not compile.
 */
export const READER_CALLS: CallsOf<LogReader> = {
  head: true,
  read: true,
  readStream: true,
  streamVersion: true,
  streams: true,
  recordsById: true,
  recordsOfAction: true,
  snapshot: true,
  command: true,
  checkpoints: true,
  marks: true,
  received: true,
  floor: true,
  waiting: true,
  waitingCounts: true,
  operations: true,
  dropped: true,
  document: true,
  documents: true,
  findDocuments: true,
  countDocuments: true,
  models: true,
  heldBy: true,
  close: true,
};

export const LOG_CALLS: CallsOf<Log> = {
  ...READER_CALLS,
  commit: true,
  transaction: true,
  claim: true,
  defineModel: true,
  dropModel: true,
  replaceModel: true,
  forget: true,
  retain: true,
};

export const PUBLISHED_CALLS: CallsOf<PublishedLog> = {
  epoch: true,
  predecessors: true,
  head: true,
  read: true,
  dropped: true,
  close: true,
};

/** What a port does asynchronously, by name. */
export type CallsOf<Port> = {
  readonly [
    Name in keyof Port as NonNullable<Port[Name]> extends (...given: never[]) => Promise<unknown>
      ? Name
      : never
  ]-?: true;
};
