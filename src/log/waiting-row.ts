/**
 * One thing that is not done: the one table of everything that waits.
 *
 * - retry: a record whose handling failed; tried again at `due`. Ends in done or parked.
 * - parked: it used up its retries, or could not be taken in. Waits for a person: redriven it
 *   becomes `retry` again, discarded it is done.
 * - held: a later record of a key that has a `retry` or `parked` row; goes when its turn comes.
 * - effect: an effect to perform at `due`, in order within its key. Ends in done or parked.
 * - request: something an operator asks of the running application.
 * - timer: a timer that comes due.
 */
export interface WaitingRow extends WaitingKey {
  readonly kind: WaitingKind;
  /** Where its record stands in the log; 0 when it has none (parked at the border). */
  readonly position: number;
  readonly slot: number;
  /** Milliseconds since 1970 from when on it may be tried. */
  readonly due: number;
  /** How often it was tried. */
  readonly attempts: number;
  readonly error: WaitingError | null;
  readonly correlationId: string;
  /** When it began to wait. */
  readonly since: number;
  /** JSON text of what is not in the log: a message parked at the border, a request. */
  readonly payload: string | null;
}

/** What identifies a waiting row. */
export interface WaitingKey {
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
}

/** Why a row waits: see `WaitingRow`. */
export type WaitingKind = 'retry' | 'parked' | 'held' | 'effect' | 'request' | 'timer';

/** Why something waits, readable without the process that saw it happen. */
export interface WaitingError {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
  readonly stack: string | null;
}
