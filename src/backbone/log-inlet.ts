import type { StoredRecord } from '../log/record.ts';
import { BackboneUnavailableError } from './backbone.ts';
import type { Consumer, Delivery, Inlet } from './backbone.ts';
import { envelopeOf } from './envelope-of-record.ts';
import type { PublishedWindow } from './published-window.ts';

/**
 * Where one consumer takes what one publisher's log shows. Its place in memory runs ahead of its
 * mark: it also passes what is of no interest, while the mark is only ever a record that was read.
 */
export class LogInlet implements Inlet {
  readonly #window: PublishedWindow;
  readonly #askEpoch: () => Promise<string>;
  readonly #source: string;
  readonly #backbone: string;
  readonly #types: ReadonlySet<string>;
  readonly #stopListening: () => void;
  /** Asked when there is a record: only then there is a log for certain. */
  #epoch: string | undefined;
  #position: number;
  #isAcknowledged = true;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(options: {
    readonly window: PublishedWindow;
    readonly epoch: () => Promise<string>;
    readonly position: number;
    readonly consumer: Consumer;
    readonly backbone: string;
  }) {
    this.#window = options.window;
    this.#askEpoch = options.epoch;
    this.#position = options.position;
    this.#source = options.consumer.source;
    this.#types = new Set(options.consumer.contracts);
    this.#backbone = options.backbone;
    this.#stopListening = options.window.onMore(() => this.#wake?.());
  }

  async receive(options: { limit: number; signal: AbortSignal }): Promise<Delivery> {
    const { limit, signal } = options;
    await this.#more(signal);
    while (!signal.aborted && !this.#isClosed) {
      const records = await this.#read(limit);
      if (records.length > 0) return this.#deliver(records);
      if (this.#window.hasNothingFor(this.#position, this.#types)) break;
    }
    return NOTHING;
  }

  async isDrained(): Promise<boolean> {
    return this.#isAcknowledged && this.#window.hasNothingFor(this.#position, this.#types);
  }

  async lookAgain(): Promise<boolean> {
    try {
      await this.#window.lookAgain();
    } catch (error) {
      throw new BackboneUnavailableError(this.#backbone, error);
    }
    return this.isDrained();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    this.#wake?.();
  }

  async #read(limit: number): Promise<readonly StoredRecord[]> {
    try {
      const { records, to } = await this.#window.read(this.#position, this.#types, limit);
      // In one step with the place: whoever asks in between must not see it drained.
      if (records.length > 0) this.#isAcknowledged = false;
      this.#position = to;
      if (records.length > 0) this.#epoch ??= await this.#askEpoch();
      return records;
    } catch (error) {
      throw new BackboneUnavailableError(this.#backbone, error);
    }
  }

  #deliver(records: readonly StoredRecord[]): Delivery {
    const { position } = records.at(-1) as StoredRecord;
    return {
      messages: records.map((record) => envelopeOf(record)),
      mark: { source: this.#source, epoch: this.#epoch ?? '', position },
      acknowledge: async () => {
        this.#isAcknowledged = true;
      },
    };
  }

  /** Waits until there may be more, unless that is already known. */
  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.#isClosed) return resolve();
      if (!this.#window.hasNothingFor(this.#position, this.#types)) return resolve();
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

const NOTHING: Delivery = { messages: [], mark: undefined, acknowledge: async () => undefined };
