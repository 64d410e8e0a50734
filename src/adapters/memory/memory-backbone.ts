import { BackboneUnavailableError, MessageNotCarriedError } from '../../backbone/backbone.ts';
import type { Backbone, Consumer, Envelope, Inlet, Listener } from '../../backbone/backbone.ts';
import type { Outlet, Surroundings } from '../../backbone/backbone.ts';
import type { Clock } from '../../host/clock.ts';
import { type Randomness, systemRandomness } from '../../host/randomness.ts';
import { FROM_NOW } from '../../log/write-set.ts';
import { type DecideFault, type MemoryFaults, MemoryMischief, byChance } from './memory-faults.ts';
import { MemoryInlet } from './memory-inlet.ts';
import { MemoryQueue } from './memory-queue.ts';

/**
 * A small broker in memory: a queue for each consumer and publisher. It keeps what it has
 * confirmed as long as the object lives, also over `close` and `start`, as a broker survives its
 * clients. On request it does what brokers do on bad days, so that what is built on it can be
 * tried: duplicates, delays, other orders, lost deliveries, acknowledgements and confirmations,
 * outages, cut connections.
 */
export interface MemoryBackbone extends Backbone {
  /** Cannot be reached from now on. */
  switchOff(): void;
  switchOn(): void;
  /** Cuts all connections once; what was not acknowledged will be delivered again. */
  cut(): void;
}

/** How a backbone in memory is made. */
export interface MemoryBackboneOptions {
  /** `key` (default): in order per key. `none`: in any order. */
  readonly order?: 'key' | 'none';
  /** Whether a later consumer is given what was published before. Default true. */
  readonly replay?: boolean;
  /** The largest data of a message that it carries, in bytes. Default: any. */
  readonly bytesMax?: number;
  /** After so long without an acknowledgement a message is delivered again. Default 30,000. */
  readonly redeliverAfterMs?: number;
  readonly faults?: Partial<MemoryFaults>;
  /** Decides when faults happen. Default: the machine's own. */
  readonly randomness?: Randomness;
  /** Decides in place of chance, for whoever plans the faults of a run. */
  readonly happens?: DecideFault;
}

/**
 * Makes a broker in memory.
 *
 * @example
 * const backbone = memoryBackbone({ faults: { duplicate: 0.1, loseConfirmation: 0.1 } });
 */
export function memoryBackbone(options: MemoryBackboneOptions = {}): MemoryBackbone {
  return new BrokerInMemory(options);
}

class BrokerInMemory implements MemoryBackbone {
  readonly name = 'memory';
  readonly capabilities: Backbone['capabilities'];
  readonly #order: 'key' | 'none';
  readonly #redeliverAfterMs: number;
  readonly #mischief: MemoryMischief;
  /** All that was published, by publisher; empty without replay. */
  readonly #published = new Map<string, Envelope[]>();
  /** By publisher, then by consumer. */
  readonly #queues = new Map<string, Map<string, MemoryQueue>>();
  readonly #inlets = new Set<MemoryInlet>();
  #clock: Clock | undefined;
  #listeners: Surroundings['listeners'];
  #isOff = false;
  /** Goes up when connections are cut: whatever was under way before is lost. */
  #connection = 0;

  constructor(options: MemoryBackboneOptions) {
    const { faults = {}, randomness = systemRandomness() } = options;
    this.#order = options.order ?? 'key';
    const { replay = true, bytesMax } = options;
    this.capabilities = {
      order: this.#order,
      replay,
      ...(bytesMax === undefined ? {} : { bytesMax }),
    };
    this.#redeliverAfterMs = options.redeliverAfterMs ?? 30_000;
    this.#mischief = new MemoryMischief(
      options.happens ?? byChance(faults, randomness),
      faults.delayMsMax,
    );
  }

  async start(surroundings: Surroundings): Promise<void> {
    this.#clock = surroundings.clock;
    this.#listeners = surroundings.listeners;
  }

  async outlet(publisher: string): Promise<Outlet> {
    // Nothing is kept for who comes later, so places are made for all who are known to come.
    if (!this.capabilities.replay)
      for (const listener of this.#listeners?.(publisher) ?? [])
        this.#queue(listener).listenTo(listener.contracts);
    let isOpen = true;
    return {
      publish: async (messages) => {
        if (!isOpen) throw this.#unavailable('the outlet is closed');
        await this.#publish(publisher, messages);
      },
      close: async () => {
        isOpen = false;
      },
    };
  }

  async inlet(consumer: Consumer): Promise<Inlet> {
    const clock = this.#reach();
    const queue = this.#queue(consumer);
    const isFromNow = (contract: string): boolean =>
      consumer.marks.some((mark) => mark.contract === contract && mark.position === FROM_NOW);
    const added = queue.listenTo(consumer.contracts);
    for (const envelope of this.#published.get(consumer.source) ?? [])
      if (added.has(envelope.type) && !isFromNow(envelope.type)) queue.put(envelope, clock.now());
    const inlet = new MemoryInlet({ queue, clock, onClosed: () => this.#inlets.delete(inlet) });
    this.#inlets.add(inlet);
    return inlet;
  }

  async probe(): Promise<void> {
    if (this.#isOff) throw this.#unavailable('it is switched off');
  }

  async close(): Promise<void> {
    for (const inlet of this.#inlets) await inlet.close();
    this.#connection += 1;
    this.#clock = undefined;
  }

  switchOff(): void {
    this.#isOff = true;
    this.cut();
  }

  switchOn(): void {
    this.#isOff = false;
  }

  cut(): void {
    this.#connection += 1;
    for (const inlet of this.#inlets) inlet.cut(this.#unavailable('the connection was cut'));
  }

  async #publish(publisher: string, messages: readonly Envelope[]): Promise<void> {
    const clock = this.#reach();
    const connection = this.#connection;
    if (this.#mischief.happens('refuse')) throw this.#unavailable('the batch was refused');
    await clock.turn();
    if (connection !== this.#connection) throw this.#unavailable('the connection was cut');
    for (const message of messages) {
      this.#assertCarried(message);
      this.#keep(publisher, Object.freeze({ ...message }), clock);
    }
    if (this.#mischief.happens('loseConfirmation'))
      throw this.#unavailable('the confirmation was lost');
  }

  #keep(publisher: string, message: Envelope, clock: Clock): void {
    if (this.capabilities.replay) {
      const published = this.#published.get(publisher) ?? [];
      published.push(message);
      this.#published.set(publisher, published);
    }
    for (const queue of this.#queues.get(publisher)?.values() ?? [])
      queue.put(message, clock.now());
  }

  #queue({ source, consumer }: Listener): MemoryQueue {
    const queues = this.#queues.get(source) ?? new Map<string, MemoryQueue>();
    this.#queues.set(source, queues);
    const known = queues.get(consumer);
    if (known !== undefined) return known;
    const made = new MemoryQueue({
      order: this.#order,
      redeliverAfterMs: this.#redeliverAfterMs,
      mischief: this.#mischief,
    });
    queues.set(consumer, made);
    return made;
  }

  #reach(): Clock {
    if (this.#clock === undefined) throw this.#unavailable('it was not started');
    if (this.#isOff) throw this.#unavailable('it is switched off');
    return this.#clock;
  }

  /** As with any broker, those before it in the batch are there already. */
  #assertCarried({ id, data }: Envelope): void {
    const { bytesMax = Number.POSITIVE_INFINITY } = this.capabilities;
    const bytes = Buffer.byteLength(data);
    if (bytes <= bytesMax) return;
    const why = `It has ${bytes} bytes, and at most ${bytesMax} are carried: raise bytesMax.`;
    throw new MessageNotCarriedError(this.name, id, why);
  }

  #unavailable(why: string): BackboneUnavailableError {
    return new BackboneUnavailableError(this.name, why);
  }
}
