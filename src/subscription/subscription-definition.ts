import type { Unit } from '../context/unit.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import type { Answer } from './batch.ts';
import type { Entry } from './entry.ts';
import type { Interest } from './interest.ts';
import type { RetryPolicy } from './retry-policy.ts';

/** What a subscription does, and how: one for each reaction, effect and read-model version. */
export interface SubscriptionDefinition {
  readonly name: string;
  readonly interest: Interest;
  /** The event, and the record that it was decoded from. */
  readonly keysOf: (event: Recorded<Fact>, stored: StoredRecord) => readonly string[];
  readonly fingerprint: string;
  /**
   * Whether what waits stays under the key it was dealt to when `keysOf` answers otherwise later:
   * where a key says what is changed, as that of a document does. Default: it is dealt anew.
   */
  readonly keepsKeys?: boolean;
  readonly retry?: Partial<RetryPolicy>;
  readonly concurrency?: number;
  readonly notYetMs?: number;
  /** Default 256. */
  readonly batchMax?: number;
  /**
   * Reads what the handling of a batch will ask the log for, all at once, of the keys that nobody else
   * works on meanwhile. It waits for the store as long as that takes, and fails with it: that is no
   * failure of a record.
   */
  readonly readAhead?: (
    entries: readonly Entry[],
    unit: Unit,
    isFree: (key: string) => boolean,
  ) => Promise<void>;
  /**
   * Handles one record for one key: what it wants to change is in the unit it answers with, either
   * `base` itself or a new one over it. Undefined: nothing is done now, the record becomes a row
   * of kind `effect`, for `perform`.
   */
  readonly handle:
    | ((entry: Entry, key: string, base: Unit) => Answer | Promise<Answer>)
    | undefined;
  /**
   * Does what a waiting row stands for, outside any transaction. What it answers with collects
   * what came of it, and may be called again after a conflict. Default: `handle`.
   */
  readonly perform?: (entry: Entry, row: WaitingRow) => Promise<() => Answer | Promise<Answer>>;
}
