/**
 * Keeps a process of contexts running: one that ends without being asked to is reported and started
 * again, after waits that double from `FIRST_DELAY_MS` to `DELAY_MS_MAX`; it is never given up. Who
 * asks it something meanwhile waits for it a while.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { failureInWords } from '../failure-in-words.ts';
import type { Call } from './calls.ts';
import type { ContextProcessOptions } from './context-process.ts';
import { ProcessLostError } from './process-lost-error.ts';
import { startProcess, type RunningProcess } from './start-process.ts';

const FIRST_DELAY_MS = 100;
const DELAY_MS_MAX = 10_000;
/** A process that ran this long did not fail at its start: the next wait is a first one again. */
const STEADY_MS = 10_000;
/** So long a question waits for a process that is not there. */
const PATIENCE_MS = 15_000;
const STOP_MS_MAX = 20_000;

export type KeepProcessOptions = {
  /** How it is started, asked each time. */
  readonly options: () => ContextProcessOptions;
  /** Told in words when it has ended, could not be started, and runs again. */
  readonly tell: (text: string) => void;
};

/** @throws what keeps it from running in the first place: that is no accident. */
export async function keepProcess(kept: KeepProcessOptions): Promise<KeptProcess> {
  return new KeptProcess(kept, await startProcess(kept.options()));
}

export class KeptProcess {
  readonly contexts: readonly string[];
  readonly #kept: KeepProcessOptions;
  readonly #closing = new AbortController();
  readonly #keeping: Promise<void>;
  #running: RunningProcess;
  #back: PromiseWithResolvers<void> | undefined;
  #starts = 1;
  #startedAtMs = performance.now();

  constructor(kept: KeepProcessOptions, running: RunningProcess) {
    this.contexts = kept.options().contexts;
    this.#kept = kept;
    this.#running = running;
    this.#keeping = this.#keep();
  }

  /** The process of now: after it was started again another one. */
  get pid(): number {
    return this.#running.pid;
  }

  /** How often it was started: what an earlier one has said is over. */
  get starts(): number {
    return this.#starts;
  }

  /** @throws {ProcessLostError} when it ends before it has answered, or is not back in time. */
  async ask(call: Call): Promise<unknown> {
    if (this.#back !== undefined) await this.#untilBack(this.#back.promise);
    return this.#running.ask(call);
  }

  /** Lets it finish what it has begun, and starts it no more; after a while it is ended by force. */
  async close(): Promise<void> {
    this.#closing.abort();
    const force = setTimeout(() => this.#running.kill(), STOP_MS_MAX);
    // One that has ended meanwhile has stopped as well.
    if (this.#back === undefined) await this.#running.ask({ ask: 'stop' }).catch(() => undefined);
    await this.#keeping;
    clearTimeout(force);
  }

  async #untilBack(back: Promise<void>): Promise<void> {
    const patience = wait(PATIENCE_MS, 'late', { ref: false });
    if ((await Promise.race([back, patience])) === 'late')
      throw new ProcessLostError(this.contexts, 'is not back yet');
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    let delayMs = FIRST_DELAY_MS;
    for (;;) {
      const how = await this.#running.ended;
      if (signal.aborted) return;
      this.#back = Promise.withResolvers();
      this.#tell(how);
      if (performance.now() - this.#startedAtMs > STEADY_MS) delayMs = FIRST_DELAY_MS;
      do {
        await wait(delayMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        delayMs = Math.min(2 * delayMs, DELAY_MS_MAX);
      } while (!(await this.#startAgain()));
    }
  }

  async #startAgain(): Promise<boolean> {
    try {
      this.#running = await startProcess(this.#kept.options());
    } catch (error) {
      this.#tell(`could not be started (${failureInWords(error)})`);
      return false;
    }
    this.#starts += 1;
    this.#startedAtMs = performance.now();
    this.#back?.resolve();
    this.#back = undefined;
    this.#tell('runs again');
    // Nobody was there to be told to stop.
    if (this.#closing.signal.aborted)
      void this.#running.ask({ ask: 'stop' }).catch(() => undefined);
    return true;
  }

  #tell(how: string): void {
    this.#kept.tell(`The process of ${this.contexts.join(', ')} ${how}.`);
  }
}
