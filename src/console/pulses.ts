import type { Clock } from '../host/clock.ts';
import { lagOf } from '../inspection/lag.ts';
import { type Inspected, type ReadableLogs, withReadable } from '../inspection/open-logs.ts';
import { describeError } from '../subscription/failure.ts';
import type { Pulse } from './api.ts';
import type { SentEvent } from './event-stream.ts';
import { type Place, typeRates } from './type-rates.ts';

/** At most so often everything is looked at. */
const EVERY_MS = 1_000;
/**
 * Looking costs time where the application runs. After a look that took long the next one is as much
 * later, so that watching never takes more than a thirtieth of it.
 */
const REST = 29;
/** After so many looks the logs are opened anew: one may have been made, or put in the place of another. */
const LOOKS_MAX = 60;
/** Of which one could not be read: it may be mended by then. */
const LOOKS_MAX_BROKEN = 5;

type Readable = Omit<ReadableLogs, 'close'>;

/**
 * How everything is, about every second, for all who watch: looked at once, however many they are, and
 * not at all while nobody does. Who is slow misses some.
 */
export class Pulses {
  readonly #inspected: Inspected;
  readonly #clock: Clock;
  #watchers = 0;
  #last: SentEvent | undefined;
  #next = Promise.withResolvers<void>();
  #looking: Promise<void> | undefined;
  #end = new AbortController();

  constructor(inspected: Inspected, clock: Clock) {
    this.#inspected = inspected;
    this.#clock = clock;
  }

  /** What is looked at from now on, until `signal` aborts. */
  async *watch(signal: AbortSignal): AsyncGenerator<SentEvent> {
    this.#come();
    signal.addEventListener('abort', this.#wake);
    try {
      let seen: SentEvent | undefined;
      while (!signal.aborted) {
        const last = this.#last;
        if (last !== undefined && last !== seen) {
          seen = last;
          yield last;
        } else await this.#next.promise;
      }
    } finally {
      signal.removeEventListener('abort', this.#wake);
      this.#leave();
    }
  }

  #come(): void {
    this.#watchers += 1;
    if (this.#looking !== undefined) return;
    this.#end = new AbortController();
    this.#looking = this.#look(this.#end.signal).finally(() => {
      this.#looking = undefined;
      this.#last = undefined;
      // Somebody may have come just when it ended.
      if (this.#watchers > 0) {
        this.#watchers -= 1;
        this.#come();
      }
    });
  }

  #leave(): void {
    this.#watchers -= 1;
    if (this.#watchers === 0) this.#end.abort();
  }

  async #look(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      try {
        await withReadable(this.#inspected, (readable) => this.#lookAt(readable, end));
      } catch (error) {
        const { message } = describeError(error);
        this.#tell({ event: 'trouble', data: { message } });
        await this.#clock.sleep(EVERY_MS, end);
      }
    }
  }

  async #lookAt(readable: Readable, end: AbortSignal): Promise<void> {
    const places = new Map<string, Place>();
    const looksMax = readable.unreadable.size === 0 ? LOOKS_MAX : LOOKS_MAX_BROKEN;
    for (let looks = 0; looks < looksMax && !end.aborted; looks += 1) {
      const began = this.#clock.elapsedMs();
      const pulse = await this.#pulse(readable, places);
      const tookMs = this.#clock.elapsedMs() - began;
      this.#tell({ event: 'pulse', data: { ...pulse, tookMs } satisfies Pulse });
      await this.#clock.sleep(Math.max(EVERY_MS - tookMs, tookMs * REST), end);
    }
  }

  async #pulse(readable: Readable, places: Map<string, Place>): Promise<Omit<Pulse, 'tookMs'>> {
    const clock = this.#clock;
    const at = new Date(clock.now()).toISOString();
    const { contexts: chosen } = this.#inspected;
    const lag = await lagOf(this.#inspected, readable, { chosen, clock });
    const rates: Pulse['rates'][number][] = [];
    for (const open of readable.logs) {
      const now = { head: await open.log.head(), atMs: clock.elapsedMs() };
      const since = places.get(open.name);
      if (since !== undefined) rates.push(...(await typeRates(open, { since, now })));
      places.set(open.name, now);
    }
    return { at, lag, rates };
  }

  #tell(event: SentEvent): void {
    this.#last = event;
    this.#wake();
  }

  /** All who wait look again: at what is new, or that they are gone. */
  #wake = (): void => {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers();
    resolve();
  };
}
