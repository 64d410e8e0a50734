import { type PageBound, PAGE_CHARACTERS_MAX } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import { RecordsDroppedError } from '../log/retention.ts';
import type { Mark } from '../log/write-set.ts';
import { BackboneUnavailableError } from './backbone.ts';
import type { Consumer, Delivery, Inlet } from './backbone.ts';
import { envelopeOf } from './envelope-of-record.ts';
import type { PublishedWindow } from './published-window.ts';

/**
 * Where one consumer takes what one publisher's log shows. Its place in memory runs ahead of its
 * marks: it also passes what is of no interest, while a mark is only ever a record that was read.
 *
 * Contracts may stand at different places, when one is listened to later than the others. It reads
 * in the order of the log, each contract from its place on: the later one's history comes first,
 * alone, until it has come to the place of the others, and from there on all go together.
 */
export class LogInlet implements Inlet {
  readonly missing: Inlet['missing'] & {};
  readonly #window: PublishedWindow;
  readonly #askEpoch: () => Promise<string>;
  readonly #source: string;
  readonly #backbone: string;
  /** How far each contract has been read. */
  readonly #places: Map<string, number>;
  readonly #stopListening: () => void;
  /** Asked when there is a record: only then there is a log for certain. */
  #epoch: string | undefined;
  #position: number;
  #stretch: Stretch;
  #first: readonly Mark[];
  #isAcknowledged: boolean;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(options: {
    readonly window: PublishedWindow;
    readonly epoch: () => Promise<string>;
    readonly places: ReadonlyMap<string, number>;
    /** Marks to be kept before anything is read. */
    readonly first: readonly Mark[];
    readonly missing: Inlet['missing'] & {};
    readonly consumer: Consumer;
    readonly backbone: string;
  }) {
    this.#window = options.window;
    this.#askEpoch = options.epoch;
    this.#first = options.first;
    this.missing = options.missing;
    this.#isAcknowledged = options.first.length === 0;
    this.#places = new Map(options.places);
    this.#position = Math.min(...options.places.values());
    this.#stretch = this.#nextStretch();
    this.#source = options.consumer.source;
    this.#backbone = options.backbone;
    this.#stopListening = options.window.onMore(() => this.#wake?.());
  }

  async receive(options: PageBound & { readonly signal: AbortSignal }): Promise<Delivery> {
    await this.untilMore(options.signal);
    return this.receiveNow(options);
  }

  /** As `receive`, but waits for nothing: others may have read meanwhile, and found that there was nothing. */
  async receiveNow(options: PageBound & { readonly signal: AbortSignal }): Promise<Delivery> {
    const { limit, charactersMax = PAGE_CHARACTERS_MAX, signal } = options;
    if (this.#first.length > 0) return this.#deliverFirst();
    while (!signal.aborted && !this.#isClosed) {
      const records = await this.#read({ limit, charactersMax });
      if (records.length > 0) return this.#deliver(records);
      if (this.#hasNothing()) break;
    }
    return NOTHING;
  }

  /**
   * Waits until there may be more, unless that is already known, and reads nothing: for whoever reads several, and not
   * all at once.
   */
  untilMore(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.#isClosed) return resolve();
      if (this.#first.length > 0 || !this.#hasNothing()) return resolve();
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  async isDrained(): Promise<boolean> {
    return this.#isAcknowledged && this.#hasNothing();
  }

  async lookAgain(epoch?: string): Promise<boolean> {
    try {
      await this.#window.lookAgain();
      if (epoch !== undefined && (await this.#askEpoch()) !== epoch) return false;
    } catch (error) {
      throw new BackboneUnavailableError(this.#backbone, error);
    }
    // Not `isDrained`: others who look at this moment know no more of what was there before.
    const { types, end } = this.#stretch;
    const isAllRead = end === Infinity && this.#window.knowsNothingFor(this.#position, types);
    return isAllRead && this.#isAcknowledged;
  }

  hasPassed({ epoch, position }: { readonly epoch: string; readonly position: number }): boolean {
    // Without a record yet the epoch is not known.
    if (epoch !== this.#epoch || this.#window.readTo < position) return false;
    return this.#isAcknowledged && this.#hasNothing();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    this.#wake?.();
  }

  async #read(bound: PageBound): Promise<readonly StoredRecord[]> {
    try {
      const { types, end } = this.#stretch;
      const page = await this.#window.read(this.#position, types, bound);
      const records = page.records.filter(({ position }) => position <= end);
      // In one step with the place: whoever asks in between must not see it drained.
      if (records.length > 0) this.#isAcknowledged = false;
      this.#moveTo(page.records.length > 0 || end === Infinity ? page.to : end);
      if (records.length > 0) this.#epoch ??= await this.#askEpoch();
      return records;
    } catch (error) {
      // No outage: it does not end by itself.
      if (error instanceof RecordsDroppedError) throw error;
      throw new BackboneUnavailableError(this.#backbone, error);
    }
  }

  #deliverFirst(): Delivery {
    const marks = this.#first;
    this.#first = [];
    return { messages: [], marks, acknowledge: this.#acknowledge };
  }

  #moveTo(position: number): void {
    const { end } = this.#stretch;
    this.#position = Math.min(position, end);
    if (this.#position === end) this.#stretch = this.#nextStretch();
  }

  /** The contracts to read from here on, and where the next one joins them. */
  #nextStretch(): Stretch {
    const isHere = ([, place]: [string, number]): boolean => place <= this.#position;
    const all = [...this.#places];
    return {
      types: new Set(all.filter(isHere).map(([contract]) => contract)),
      end: Math.min(...all.filter((one) => !isHere(one)).map(([, place]) => place)),
    };
  }

  /** In a stretch that ends there is something at its end, the next stretch. */
  #hasNothing(): boolean {
    const { types, end } = this.#stretch;
    return end === Infinity && this.#window.hasNothingFor(this.#position, types);
  }

  #deliver(records: readonly StoredRecord[]): Delivery {
    const { position } = records.at(-1) as StoredRecord;
    const behind = [...this.#places].filter(([, place]) => place < position);
    for (const [contract] of behind) this.#places.set(contract, position);
    const epoch = this.#epoch ?? '';
    return {
      messages: records.map((record) => envelopeOf(record)),
      marks: behind.map(([contract]) => ({ source: this.#source, contract, epoch, position })),
      acknowledge: this.#acknowledge,
    };
  }

  readonly #acknowledge = async (): Promise<void> => {
    this.#isAcknowledged = true;
  };
}

interface Stretch {
  readonly types: ReadonlySet<string>;
  /** Infinity when all contracts are read together. */
  readonly end: number;
}

const NOTHING: Delivery = { messages: [], marks: [], acknowledge: async () => undefined };
