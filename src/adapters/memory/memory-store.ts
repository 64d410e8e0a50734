import { randomUUID } from 'node:crypto';
import { assertContextName } from '../../log/context-name.ts';
import type { Diagnosis, Runner } from '../../log/diagnosis.ts';
import { LogInUseError } from '../../log/log-in-use.ts';
import type { Log, LogReader } from '../../log/log.ts';
import type { PublishedLog, Requests, Store } from '../../log/store.ts';
import { MemoryContents } from './memory-contents.ts';
import { MemoryHandle } from './memory-handle.ts';
import { memoryLog } from './memory-log.ts';
import { memoryPublishedLog } from './memory-published-log.ts';
import { memoryReader } from './memory-reader.ts';

/**
 * A store that keeps its logs in this process: for tests and simulations. It holds what a store on
 * disk would hold (JSON text) and keeps the same promises with the same errors; it is gone with
 * the object. Logs survive `close` and `crash`, so that a test can start an application again.
 */
export interface MemoryStore extends Store {
  /**
   * Ends the owner of a context's log as `kill -9` would: what was committed stays, what was under
   * way is lost, and every call of that `Log` rejects with `LogClosedError` from now on.
   */
  crash(context: string): void;
  /**
   * The owner of a context's log is taken for gone, and does not know it: another one may open the
   * log, and both write until the first is ended, by what this returns. It takes nothing over any
   * more: its claims are refused.
   */
  loseLease(context: string): () => void;
}

/** How a store in memory is made. */
export interface MemoryOptions {
  /** Names a new log. Default: a random UUID. */
  readonly epoch?: (context: string) => string;
}

/**
 * Makes a store in memory.
 *
 * @example
 * const store = memory();
 * const app = await run([ordering, billing], { store, backbone: embedded() });
 */
export function memory(options: MemoryOptions = {}): MemoryStore {
  return new ContextsInMemory(options.epoch ?? (() => randomUUID()));
}

const THIS_PROCESS: Runner = {
  pid: process.pid,
  host: null,
  startedAt: null,
  beatAgoMs: null,
  isAlive: true,
  holds: null,
};

interface Context {
  readonly contents: MemoryContents;
  owner: MemoryHandle | undefined;
}

class ContextsInMemory implements MemoryStore {
  readonly name = 'memory';
  readonly #epoch: (context: string) => string;
  readonly #contexts = new Map<string, Context>();

  constructor(epoch: (context: string) => string) {
    this.#epoch = epoch;
  }

  async open(name: string): Promise<Log> {
    const context = this.#context(name);
    if (context.owner !== undefined) throw new LogInUseError({ context: name, pid: process.pid });
    if (context.contents.epoch === '') context.contents.epoch = this.#epoch(name);
    const handle = new MemoryHandle(context.contents, () => {
      if (context.owner === handle) context.owner = undefined;
    });
    context.owner = handle;
    return memoryLog(handle);
  }

  async reader(name: string): Promise<LogReader> {
    return memoryReader(new MemoryHandle(this.#context(name).contents));
  }

  async published(name: string): Promise<PublishedLog> {
    return memoryPublishedLog(new MemoryHandle(this.#context(name).contents));
  }

  async leaveRequests(
    name: string,
    { left = [], takenBack = [], operations = [] }: Requests,
  ): Promise<boolean> {
    const { contents } = this.#context(name);
    if (contents.epoch === '') return false;
    const handle = new MemoryHandle(contents);
    await handle.change((changed) => {
      for (const row of left) changed.waiting.put(row);
      for (const key of takenBack) changed.waiting.remove(key);
      for (const operation of operations) changed.operations.set(operation.id, operation);
    });
    handle.changed();
    return true;
  }

  async diagnose(name: string): Promise<Diagnosis> {
    assertContextName(name);
    const isRun = this.#contexts.get(name)?.owner !== undefined;
    const nothing = { heldBy: null, clock: null, pooler: null, disk: null };
    return { isShared: false, runners: isRun ? [THIS_PROCESS] : [], ...nothing };
  }

  crash(name: string): void {
    this.#contexts.get(name)?.owner?.drop();
  }

  loseLease(name: string): () => void {
    const context = this.#context(name);
    const { owner } = context;
    context.owner = undefined;
    owner?.loseLease();
    return () => owner?.drop();
  }

  #context(name: string): Context {
    const known = this.#contexts.get(name);
    if (known !== undefined) return known;
    assertContextName(name);
    const made: Context = { contents: new MemoryContents(name), owner: undefined };
    this.#contexts.set(name, made);
    return made;
  }
}
