import type { Holder } from '../log/holder.ts';
import type { WaitingKind, WaitingRow } from '../log/waiting-row.ts';
import type { Failing } from './failing.ts';
import type { Level } from './level.ts';
import type { PausedBy } from './pauses.ts';
import type { ReaderKind } from './reader-lag.ts';
import type { OwnerName } from './runners.ts';
import { type ToldError, toldError } from './told-error.ts';

/** How it stands between a record and one that should do something about it. */
export interface WhyAnswer {
  /** Whose log it is about. */
  readonly context: string;
  readonly subscription: string;
  readonly kind: ReaderKind;
  /** The record itself, or one that it was published as. */
  readonly recordId: string;
  readonly type: string;
  readonly state: WhyState;
  readonly level: Level;
}

/** What became of a record with somebody, or why nothing has yet. */
export type WhyState =
  /** `mayBePast`: it began with what came later, or handled it: nobody has kept which. */
  | { readonly is: 'handled'; readonly mayBePast: boolean }
  | WaitingState
  /** A person gave it up. */
  | { readonly is: 'discarded'; readonly who: string; readonly why: string; readonly at: string }
  /** It has not come to it: `before` records of interest come first. */
  | NotReachedState
  | { readonly is: 'not-started' }
  | { readonly is: 'not-wanted'; readonly wants: readonly string[] }
  /** The relay has handed it over. */
  | { readonly is: 'handed-over' }
  | { readonly is: 'taken-in' }
  /** It was taken in, and is not in the log any more. */
  | { readonly is: 'dropped' }
  /** Its place was passed, and it was not taken in: it was published before anybody listened to it. */
  | { readonly is: 'left-out' }
  /** A broker has it; how far the consumer is, only that broker knows. */
  | { readonly is: 'on-its-way'; readonly isRun: boolean | null }
  | { readonly is: 'source-restored' };

/** It waits in a row of its own. */
export interface WaitingState {
  readonly is: Exclude<WaitingKind, 'timer' | 'request'>;
  readonly key: string;
  readonly attempts: number;
  readonly since: string;
  /** From when on it may be tried; of what is parked or held, nothing. */
  readonly due: string | null;
  readonly error: ToldError | null;
  /** What it is held behind. */
  readonly behind: Blocker | null;
  /** By whom its subscription is paused: until a resume it is not tried. Null: it is not. */
  readonly paused: PausedBy | null;
}

/** The first one of a key, which the others of that key wait for. */
export interface Blocker {
  readonly recordId: string;
  readonly is: WaitingKind;
  readonly error: ToldError | null;
}

export interface NotReachedState {
  readonly is: 'not-reached';
  /** How far it has come. */
  readonly position: number;
  readonly before: number;
  readonly isMore: boolean;
  /** Who works on it; null: nobody, or nobody knows. */
  readonly owner: OwnerName | null;
  /** Whether any process runs the context; null: the store cannot tell. */
  readonly isRun: boolean | null;
  /** By whom its subscription is paused; null: it is not. */
  readonly paused: PausedBy | null;
  /** Who keeps all readers from coming so far. */
  readonly heldBy: Holder | null;
  /** What fails with it meanwhile; null: nothing. */
  readonly failing: Failing | null;
}

const LEVELS: Readonly<Record<WhyState['is'], Level>> = {
  handled: 'good',
  'handed-over': 'good',
  'taken-in': 'good',
  dropped: 'good',
  'not-wanted': 'good',
  discarded: 'good',
  effect: 'attention',
  retry: 'attention',
  'not-reached': 'attention',
  'not-started': 'attention',
  'on-its-way': 'attention',
  'left-out': 'attention',
  held: 'bad',
  parked: 'bad',
  'source-restored': 'bad',
};

export function answer(about: Omit<WhyAnswer, 'level'>): WhyAnswer {
  const { state } = about;
  // It goes on by itself when that is handled which it is behind.
  const goesOn = state.is === 'held' && state.behind?.is !== 'parked';
  return { ...about, level: goesOn ? 'attention' : LEVELS[state.is] };
}

/** A row as the state that it stands for; undefined for what is about no record. */
export function waitingState(
  row: WaitingRow,
  behind: Blocker | null = null,
  paused: PausedBy | null = null,
): WaitingState | undefined {
  const { kind, key, attempts, since, due, error } = row;
  if (kind === 'timer' || kind === 'request') return undefined;
  return {
    is: kind,
    key,
    attempts,
    since: new Date(since).toISOString(),
    due: kind === 'retry' || kind === 'effect' ? new Date(due).toISOString() : null,
    error: toldError(error),
    behind,
    paused,
  };
}
