import type { Delivery, Envelope, Inlet } from '../../backbone/backbone.ts';
import { charactersOf, firstPage, PAGE_CHARACTERS_MAX } from '../../log/page.ts';
import type { Mark } from '../../log/write-set.ts';
import type { LogInlet } from '../../backbone/log-inlet.ts';
import { type Part, PartsAhead } from './parts-ahead.ts';
import { markAt } from './places.ts';
import { UNTYPED } from './published-partition.ts';

export interface PartitionedInletOptions {
  readonly source: string;
  /** What a message that says no type is told to be. */
  readonly untyped: string;
  readonly topicId: string;
  /** By contract, its place in each partition. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** By partition, what reads it. */
  readonly inlets: readonly LogInlet[];
  /** Whether some begin now: then each partition first says where. */
  readonly beginsNow: boolean;
  /** Opens what reads a partition that was added since. */
  readonly added: (partition: number) => Promise<LogInlet>;
  /** How many partitions there are, as far as is known without asking, and as it is now. */
  readonly partitions: { known(): number; now(): Promise<number> };
  /** Told how far each partition is taken in, for others to see. */
  readonly reached: (places: readonly number[]) => void;
}

/**
 * One consumer's way through all partitions of a topic. Each is read by an inlet of its own, ahead of who
 * asks; what they have brought goes out together, each partition in its order. A mark that goes with it says
 * how far its contract has come in every partition.
 */
export class PartitionedInlet implements Inlet {
  readonly missing: Inlet['missing'] & {};
  readonly #options: PartitionedInletOptions;
  readonly #parts: Part[];
  readonly #places: ReadonlyMap<string, number[]>;
  readonly #closing = new AbortController();
  readonly #ahead: PartsAhead;
  #isBeginning: boolean;
  /** The part whose turn it is, so that none is always last. */
  #turn = 0;
  #wake: (() => void) | undefined;

  constructor(options: PartitionedInletOptions) {
    this.#options = options;
    this.#parts = options.inlets.map((inlet, partition) => ({ inlet, partition }));
    this.#places = new Map([...options.places].map(([name, places]) => [name, [...places]]));
    this.#ahead = new PartsAhead({
      closing: this.#closing.signal,
      wake: () => this.#wake?.(),
    });
    this.#isBeginning = options.beginsNow;
    this.missing = options.inlets
      .flatMap(({ missing }) => missing)
      .filter(({ contract }) => contract !== UNTYPED);
  }

  async receive({ limit, signal }: { limit: number; signal: AbortSignal }): Promise<Delivery> {
    if (this.#isBeginning) return this.#deliverBeginnings(signal);
    while (!signal.aborted && !this.#closing.signal.aborted) {
      await this.#grow();
      this.#ahead.await(this.#parts, limit);
      if (this.#parts.some(({ page }) => page !== undefined)) return this.#deliver(limit);
      for (const { failure } of this.#parts) if (failure !== undefined) throw failure.error;
      if (await this.#isToldOfNothing()) return NOTHING;
      await this.#anything(signal);
    }
    return NOTHING;
  }

  async isDrained(): Promise<boolean> {
    if (this.#options.partitions.known() > this.#parts.length) return false;
    for (const { inlet } of this.#parts) if (!(await inlet.isDrained())) return false;
    return true;
  }

  /** Who knows of something knows the epoch of the publisher's log, not the topic's id. */
  async lookAgain(): Promise<boolean> {
    if ((await this.#options.partitions.now()) > this.#parts.length) {
      this.#wake?.();
      return false;
    }
    const looks = this.#parts.map(({ inlet }) => inlet.lookAgain(this.#options.topicId));
    return (await Promise.all(looks)).every((isDrained) => isDrained);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake?.();
    await Promise.all(this.#parts.map(({ inlet }) => inlet.close()));
  }

  /** Partitions that were added since are read from their beginning. */
  async #grow(): Promise<void> {
    while (this.#parts.length < this.#options.partitions.known()) {
      const partition = this.#parts.length;
      const inlet = await this.#options.added(partition);
      for (const places of this.#places.values()) places[partition] = 0;
      this.#parts.push({ inlet, partition });
    }
  }

  /** One was woken for nothing. Others may have been woken with it, and find something. */
  async #isToldOfNothing(): Promise<boolean> {
    if (!this.#parts.some(({ isTold }) => isTold === true)) return false;
    if (!(await this.isDrained())) return false;
    this.#forgetTold();
    return true;
  }

  #forgetTold(): void {
    for (const part of this.#parts) part.isTold = false;
  }

  #anything(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const isSomething = this.#parts.some(({ isAwaited }) => isAwaited !== true);
      if (isSomething || signal.aborted || this.#closing.signal.aborted) return resolve();
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #deliver(limit: number): Delivery {
    this.#forgetTold();
    const messages: Envelope[] = [];
    const contracts = new Set<string>();
    const acknowledgements: (() => Promise<void>)[] = [];
    let characters = 0;
    this.#turn += 1;
    for (let index = 0; index < this.#parts.length; index += 1) {
      const part = this.#parts[(this.#turn + index) % this.#parts.length] as Part;
      const bound = {
        limit: limit - messages.length,
        charactersMax: PAGE_CHARACTERS_MAX - characters,
      };
      if (part.page === undefined || bound.limit <= 0 || bound.charactersMax <= 0) continue;
      const { delivery } = part.page;
      const taken = firstPage(delivery.messages.slice(part.page.from), bound, charactersOf);
      part.page = { delivery, from: part.page.from + taken.length };
      messages.push(...taken);
      for (const message of taken) characters += charactersOf(message);
      const { position } = taken.at(-1) as Envelope;
      for (const contract of this.#moved(delivery.marks, part.partition, position))
        contracts.add(contract);
      if (part.page.from < delivery.messages.length) continue;
      this.#ahead.forget(part);
      acknowledgements.push(() => delivery.acknowledge());
    }
    const marks = this.#marks(contracts);
    return {
      messages: messages.map((message) => this.#given(message)),
      marks,
      acknowledge: () => this.#acknowledge(acknowledgements),
    };
  }

  /** All of them in one: what is published after some had said where they begin is lost to none. */
  async #deliverBeginnings(signal: AbortSignal): Promise<Delivery> {
    const contracts = new Set<string>();
    const acknowledgements: (() => Promise<void>)[] = [];
    for (const { inlet, partition } of this.#parts) {
      const delivery = await inlet.receive({ limit: 1, signal });
      acknowledgements.push(() => delivery.acknowledge());
      for (const mark of delivery.marks)
        for (const contract of this.#moved([mark], partition, mark.position))
          contracts.add(contract);
    }
    this.#isBeginning = false;
    return {
      messages: [],
      marks: this.#marks(contracts),
      acknowledge: () => this.#acknowledge(acknowledgements),
    };
  }

  #moved(marks: readonly Mark[], partition: number, position = 0): readonly string[] {
    const contracts = marks.map(({ contract }) => contract).filter((name) => name !== UNTYPED);
    for (const contract of contracts) {
      const places = this.#places.get(contract);
      if (places !== undefined) places[partition] = position;
    }
    return contracts;
  }

  #marks(contracts: ReadonlySet<string>): readonly Mark[] {
    const { source, topicId } = this.#options;
    return [...contracts].map((contract) =>
      markAt({ source, contract }, { topicId, places: this.#places.get(contract) ?? [] }),
    );
  }

  async #acknowledge(acknowledgements: readonly (() => Promise<void>)[]): Promise<void> {
    for (const acknowledge of acknowledgements) await acknowledge();
    const all = [...this.#places.values()];
    if (all.length === 0) return;
    this.#options.reached(
      this.#parts.map(({ partition }) => Math.min(...all.map((places) => places[partition] ?? 0))),
    );
  }

  /** Its position is one of a partition, and says nothing of the publisher's log. */
  #given(read: Envelope): Envelope {
    const { position: _, ...message } = read;
    return message.type === UNTYPED ? { ...message, type: this.#options.untyped } : message;
  }
}

const NOTHING: Delivery = { messages: [], marks: [], acknowledge: async () => undefined };
