import type { Delivery } from '../../backbone/backbone.ts';
import type { LogInlet } from '../../backbone/log-inlet.ts';
import { charactersOfAll } from '../../log/page.ts';

/** With so many characters read and not given out, of all partitions together, no further one is read. */
const HELD_CHARACTERS_MAX = 8_388_608;
/** A partition is read so far at a time. */
const READ_CHARACTERS_MAX = 1_048_576;
/** The topic is asked one question after the other: while one of them is answered, the answer before it is read. */
const READ_AT_ONCE = 2;

/** A partition, and what was read of it and is not given out yet. */
export interface Part {
  readonly inlet: LogInlet;
  readonly partition: number;
  /** Whether it waits for something, or for its turn, or is read. */
  isAwaited?: boolean;
  page?: { readonly delivery: Delivery; readonly from: number } | undefined;
  failure?: { readonly error: unknown };
  /** It was woken and found nothing. */
  isTold?: boolean;
}

/**
 * Reads the partitions of a topic ahead of whoever takes them in, each by a page at most, and all of them
 * together by a bound that does not grow with their number. Those in which there is something are read in
 * their turn, first come first read, so none starves while others have much.
 */
export class PartsAhead {
  readonly #closing: AbortSignal;
  readonly #wake: () => void;
  /** Those in which there is something. */
  readonly #due: Part[] = [];
  #reading = 0;
  #held = 0;
  /** As who asks last has said it. */
  #limit = 1;

  constructor(options: {
    readonly closing: AbortSignal;
    /** Called when one of them was read, or could not be. */
    readonly wake: () => void;
  }) {
    this.#closing = options.closing;
    this.#wake = options.wake;
  }

  /** By a signal of our own: what was begun is not lost when whoever asks asks no more. */
  await(parts: readonly Part[], limit: number): void {
    this.#limit = limit;
    for (const part of parts) {
      if (part.isAwaited || part.page !== undefined || part.failure !== undefined) continue;
      part.isAwaited = true;
      void part.inlet.untilMore(this.#closing).then(() => {
        this.#due.push(part);
        this.#readDue();
      });
    }
  }

  /** All of its page is given out. */
  forget(part: Part): void {
    if (part.page === undefined) return;
    this.#held -= charactersOfAll(part.page.delivery.messages);
    part.page = undefined;
    this.#readDue();
  }

  #readDue(): void {
    while (this.#reading < READ_AT_ONCE && this.#held < HELD_CHARACTERS_MAX) {
      const part = this.#due.shift();
      if (part === undefined) return;
      void this.#read(part);
    }
  }

  async #read(part: Part): Promise<void> {
    this.#reading += 1;
    try {
      const bound = { limit: this.#limit, charactersMax: READ_CHARACTERS_MAX };
      const delivery = await part.inlet.receiveNow({ ...bound, signal: this.#closing });
      this.#held += charactersOfAll(delivery.messages);
      if (delivery.messages.length > 0) part.page = { delivery, from: 0 };
      else part.isTold = true;
    } catch (error) {
      part.failure = { error };
    }
    part.isAwaited = false;
    this.#reading -= 1;
    this.#wake();
    this.#readDue();
  }
}
