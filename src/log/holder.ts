/**
 * A writer that has positions and has not ended. What others committed behind it waits: nobody
 * reads a record before all lower ones that will ever be there.
 */
export interface Holder {
  /** The process of the server that it runs in. A prepared transaction has none. */
  readonly pid: number | null;
  /** The name under which it was prepared, for `commit prepared` or `rollback prepared`. */
  readonly prepared: string | null;
  /** As the client has named itself; null when it is not ours to know. */
  readonly application: string | null;
  /** `active`, `idle in transaction` …; null when it is not ours to know. */
  readonly state: string | null;
  /** How long the transaction has been open. */
  readonly openMs: number;
  /** No record behind this position is read until it ends. */
  readonly heldAt: number;
  /** For how long readers have come no further. */
  readonly heldMs: number;
}

/** `held 43 s by pid 812, reports, idle in transaction`. */
export function holderInWords({ heldMs, pid, prepared, application, state }: Holder): string {
  const seconds = Math.round(heldMs / 1_000);
  const who = pid === null ? `the prepared transaction ${JSON.stringify(prepared)}` : `pid ${pid}`;
  const more = [application, state].filter((part) => part !== null && part !== '');
  return `held ${seconds} s by ${[who, ...more].join(', ')}`;
}
