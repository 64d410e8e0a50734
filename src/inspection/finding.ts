import type { Level } from './level.ts';

/** What is looked at, in the order in which it is told. */
export type CheckName =
  | 'configuration'
  | 'node'
  | 'store'
  | 'migrations'
  | 'starting'
  | 'running'
  | 'backbone'
  | 'lag'
  | 'outbox'
  | 'parked'
  | 'leftovers'
  | 'horizon'
  | 'restored'
  | 'clock'
  | 'future'
  | 'pooler'
  | 'disk';

/** What one check has found: that all is well, or one thing that is not. */
export interface Finding {
  readonly check: CheckName;
  readonly level: Level;
  /** Null where it is about no single context. */
  readonly context: string | null;
  /** What there is, in a sentence. */
  readonly found: string;
  /** What to do, with the command where there is one; null where nothing need be done. */
  readonly remedy: string | null;
}

/** A finding whose check is known where it is put together. */
export type Found = Omit<Finding, 'check'>;

export function good(found: string): Found {
  return { level: 'good', context: null, found, remedy: null };
}

export function attention(context: string | null, found: string, remedy: string): Found {
  return { level: 'attention', context, found, remedy };
}

export function bad(context: string | null, found: string, remedy: string): Found {
  return { level: 'bad', context, found, remedy };
}

/** What was found, or else that all is well. */
export function orGood(found: readonly Found[], otherwise: string): readonly Found[] {
  return found.length > 0 ? found : [good(otherwise)];
}
