import type { WaitingKey } from '../log/waiting-row.ts';
import type { Operation } from '../log/write-set.ts';

/** What became of messages that a person has brought: how many of them were … */
export interface Imported {
  /** taken in, */
  readonly taken: number;
  /** left out, as they were there already, */
  readonly known: number;
  /** set aside at the border, as they do not fit, or wait behind one of their key. */
  readonly parked: number;
}

/** What ends together with the taking in of such messages. */
export interface EndOfImport {
  /** What has asked for it. */
  readonly done: readonly WaitingKey[];
  /** What is kept of it for the audit trail. */
  readonly operationOf: (imported: Imported) => Operation;
}
