import type {
  Checkpoint,
  Mark,
  Operation,
  StoredCommand,
  StoredSnapshot,
} from '../../log/write-set.ts';
import { MemoryDocuments } from './memory-documents.ts';
import { MemoryReceived } from './memory-received.ts';
import { MemoryRecords } from './memory-records.ts';
import { MemoryTables } from './memory-tables.ts';
import { MemoryTurns } from './memory-turns.ts';
import { MemoryWaiting } from './memory-waiting.ts';

/** All that one context's log holds, whoever looks at it. It outlives its owners. */
export class MemoryContents {
  readonly context: string;
  /** Empty until the log was opened for the first time. */
  epoch = '';
  readonly turns = new MemoryTurns();
  readonly records = new MemoryRecords();
  readonly documents = new MemoryDocuments();
  readonly received = new MemoryReceived();
  readonly waiting = new MemoryWaiting();
  readonly tables = new MemoryTables();
  readonly checkpoints = new Map<string, Checkpoint>();
  readonly marks = new Map<string, Mark>();
  readonly commands = new Map<string, StoredCommand>();
  readonly snapshots = new Map<string, StoredSnapshot>();
  readonly operations = new Map<string, Operation>();
  readonly #listeners = new Set<Listener>();
  /** Who committed something since the listeners were called. */
  readonly #writers = new Set<object>();

  constructor(context: string) {
    this.context = context;
  }

  /** `self` is who listens: what it commits itself is told to it as its own. */
  listen(self: object, listener: Listener['call']): () => void {
    // An entry of its own, so that a function given twice is called twice.
    const entry = { self, call: listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Calls the listeners soon, once for all that `writer` commits until then. */
  changed(writer: object): void {
    if (this.#listeners.size === 0) return;
    this.#writers.add(writer);
    if (this.#writers.size > 1) return;
    queueMicrotask(() => {
      const writers = [...this.#writers];
      this.#writers.clear();
      for (const { self, call } of this.#listeners) {
        for (const each of writers) call(each === self ? 'own' : 'foreign');
      }
    });
  }
}

interface Listener {
  readonly self: object;
  readonly call: (by: 'own' | 'foreign') => void;
}

/** Names a checkpoint: by its subscription and the first slot of its range. */
export function rangeOf(range: { subscription: string; firstSlot: number }): string {
  return `${range.firstSlot} ${range.subscription}`;
}

export function markOf({ source, contract }: Mark): string {
  return JSON.stringify([source, contract]);
}
