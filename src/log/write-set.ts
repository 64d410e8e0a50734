import type { NewRecord } from './record.ts';
import type { WaitingKey, WaitingRow } from './waiting-row.ts';

/**
 * What one command, or one batch of handled records, wants to change: all of it is committed, or
 * none. `commit(writeSets)` is the whole write surface of a store.
 *
 * The order in which a store works: check `expects`, `command`, `fences`, `moves`, and what documents
 * were (nothing is written when one fails), then write, then answer. A record with `received` whose (source, id) is
 * already known is left out, silently for the caller but for its position of 0. A record that is
 * not the next of its stream is a conflict, whether its stream is in `expects` or not.
 */
export interface WriteSet {
  /**
   * All of this would be made again if it were lost together with everything after it: what was
   * taken in of another log, documents, a checkpoint that only moved on. A store may then answer
   * before it is on disk, and brings it there before anything that is not repeatable: but only if
   * nothing can lose it that this process survives, as what is in memory counts on it. A file can
   * (`kill -9` loses nothing, and a power cut ends all); a server, which may crash alone, cannot.
   */
  readonly isRepeatable?: boolean;
  /** The stream versions this was decided on, also of streams only read. */
  readonly expects?: readonly StreamVersion[];
  readonly records?: readonly (NewRecord & { readonly received?: Received })[];
  /** Kept so that the same command again has the same outcome. */
  readonly command?: StoredCommand;
  /** Checkpoints to move. */
  readonly moves?: readonly CheckpointMove[];
  /** Ranges that must still be ours, wherever their checkpoint stands: against a lost lease. */
  readonly fences?: readonly Fence[];
  /** How far other contexts' logs have been taken in, one by (source, contract). */
  readonly marks?: readonly Mark[];
  readonly snapshots?: readonly StoredSnapshot[];
  /** Documents to write; text null deletes. */
  readonly documents?: readonly DocumentWrite[];
  /** Waiting rows to write or to overwrite. */
  readonly waiting?: readonly WaitingRow[];
  /** Waiting rows that are done. Removing one that is gone is no error. */
  readonly done?: readonly WaitingKey[];
  /** What a person did, for the audit trail. The same id again changes nothing. */
  readonly operations?: readonly Operation[];
}

/** The version that a stream was at. */
export interface StreamVersion {
  readonly stream: string;
  /** 0 means: does not exist yet. */
  readonly version: number;
}

/** What makes a message from another context unique. */
export interface Received {
  readonly source: string;
  readonly id: string;
  /** When the source recorded it: what the dedupe window is measured by. */
  readonly at: number;
}

/** A command that was handled, and where to find what came of it. */
export interface StoredCommand {
  readonly id: string;
  /** SHA-256 of what was asked for: another body under the same id is an error. */
  readonly fingerprint: string;
  readonly stream: string;
  /** The events of this command are those after `fromVersion` up to `toVersion`. */
  readonly fromVersion: number;
  readonly toVersion: number;
  readonly at: number;
  /** JSON text of what a transaction answered; null when it answered nothing, and for a command. */
  readonly result: string | null;
}

/** Proves that a range was not claimed by somebody else; otherwise the outcome is `fenced`. */
export interface Fence {
  readonly subscription: string;
  readonly firstSlot: number;
  readonly epoch: number;
}

/** Moves a range's checkpoint by compare-and-set on (epoch, from). */
export interface CheckpointMove extends Fence {
  readonly from: number;
  readonly to: number;
}

/** How far a subscription has come in a range of slots, and who may move it. */
export interface Checkpoint {
  readonly subscription: string;
  readonly firstSlot: number;
  readonly lastSlot: number;
  /** The position of a record actually read, 0 for the beginning; never a horizon. */
  readonly position: number;
  /** Goes up by one with each claim; a move under an older epoch is fenced. */
  readonly epoch: number;
  readonly owner: string;
  /** What the dealing was made by; another one means that keys may go to other slots. */
  readonly fingerprint: string;
}

/**
 * How far the messages of one contract have been taken in out of a foreign log. By contract, so
 * that one which is listened to later begins at its own beginning.
 */
export interface Mark {
  readonly source: string;
  readonly contract: string;
  /** The foreign log's epoch: positions of another epoch mean nothing. */
  readonly epoch: string;
  /**
   * Nothing of the contract is missing up to here. 0: nothing was taken in yet, in any epoch.
   * `FROM_NOW`: what is there when the log is first reached is left out.
   */
  readonly position: number;
}

/** The position of a mark that does not know yet where it begins: at the end of the foreign log. */
export const FROM_NOW = -1;

/** The state of a stream at one of its versions. */
export interface StoredSnapshot {
  readonly stream: string;
  readonly version: number;
  readonly stateVersion: number;
  /** JSON text. */
  readonly state: string;
}

/** A document of a read model as it is to be, or its end. */
export interface DocumentWrite {
  readonly model: string;
  readonly key: string;
  /** JSON text, or null to delete. */
  readonly text: string | null;
  /**
   * The text that it was made from, null when there was none: when it is another one by now, the
   * write set conflicts. For documents that several processes write. Not checked when absent.
   */
  readonly was?: string | null;
}

/** How a conflict names a document that is not as it `was`, in place of a stream. */
export function documentStream({ model, key }: Pick<DocumentWrite, 'model' | 'key'>): string {
  return `document ${JSON.stringify(key)} of ${model}`;
}

/** Something a person did to the running system: redrive, discard, pause … */
export interface Operation {
  readonly id: string;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly why: string;
  /** JSON text: what it was done to. */
  readonly detail: string;
}

/** What became of one write set. */
export type Outcome =
  | {
      readonly kind: 'committed';
      /** The position of each record, in order; 0 for one that was a duplicate. */
      readonly positions: readonly number[];
    }
  | {
      /** A stream moved; or a document did (see `documentStream`), from a version 0 to a version 1. */
      readonly kind: 'conflict';
      readonly stream: string;
      readonly expected: number;
      readonly actual: number;
    }
  | { readonly kind: 'command-known'; readonly command: StoredCommand }
  | { readonly kind: 'fenced'; readonly subscription: string; readonly firstSlot: number };

/**
 * A transaction of somebody else's holds the stream, and it is not known what will come of it. Only
 * for one of several write sets of a call, so that the others need not wait; nothing of it was
 * written. Handed over alone, it waits until the stream is free.
 */
export interface Held {
  readonly kind: 'held';
  readonly stream: string;
}
