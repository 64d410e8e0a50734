import type { Envelope } from '../../backbone/backbone.ts';
import type { MemoryMischief } from './memory-faults.ts';

/** A message in a queue, and where it is. */
export interface Queued {
  readonly envelope: Envelope;
  /** From when on it may be delivered. While it is out: from when on it comes again. */
  availableAt: number;
  /** Who has it and has not acknowledged it. */
  holder: object | undefined;
}

/**
 * What one consumer has not yet acknowledged of one publisher's messages, in the order in which
 * they were published. It stays, whoever comes and goes.
 */
export class MemoryQueue {
  readonly #order: 'key' | 'none';
  readonly #redeliverAfterMs: number;
  readonly #mischief: MemoryMischief;
  readonly #contracts = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #messages: Queued[] = [];

  constructor(options: {
    readonly order: 'key' | 'none';
    readonly redeliverAfterMs: number;
    readonly mischief: MemoryMischief;
  }) {
    this.#order = options.order;
    this.#redeliverAfterMs = options.redeliverAfterMs;
    this.#mischief = options.mischief;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Listens to these contracts from now on; answers with those it did not listen to before. */
  listenTo(contracts: readonly string[]): ReadonlySet<string> {
    const added = new Set(contracts.filter((name) => !this.#contracts.has(name)));
    for (const name of added) this.#contracts.add(name);
    return added;
  }

  /** Calls `listener` when something changed that may let a message go. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  put(envelope: Envelope, now: number): void {
    if (!this.#contracts.has(envelope.type)) return;
    const copies = this.#mischief.happens('duplicate') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const availableAt = now + this.#mischief.delayMs();
      this.#messages.push({ envelope, availableAt, holder: undefined });
    }
    this.#changed();
  }

  /** What may go now, at most `limit`; it is out until it is acknowledged or released. */
  take(holder: object, limit: number, now: number): readonly Queued[] {
    const free = this.#free(now);
    let going = this.#shuffled(free);
    // Never nothing out of mere mischief: nobody would come again to ask.
    if (going.length === 0) going = free;
    const lost = new Set<string>();
    return going.slice(0, limit).filter((message) => {
      const { key } = message.envelope;
      message.holder = holder;
      message.availableAt = now + this.#redeliverAfterMs;
      // In order: what follows a lost one is lost with it.
      const isLost = lost.has(key) || this.#mischief.happens('lose');
      if (isLost && this.#order === 'key') lost.add(key);
      return !isLost;
    });
  }

  acknowledge(taken: readonly Queued[]): void {
    const kept = taken.filter(() => this.#mischief.happens('loseAcknowledgement'));
    const gone = new Set(taken.filter((message) => !kept.includes(message)));
    this.#messages = this.#messages.filter((message) => !gone.has(message));
    for (const message of kept) message.holder = undefined;
    this.#changed();
  }

  /** Takes back what this holder has not acknowledged. */
  release(holder: object, now: number): void {
    for (const message of this.#messages) {
      if (message.holder !== holder) continue;
      message.holder = undefined;
      message.availableAt = now;
    }
    this.#changed();
  }

  /** When something may go that may not go now; undefined when only a change can bring it. */
  nextAt(now: number): number | undefined {
    const times = this.#messages.map((message) => message.availableAt).filter((at) => at > now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #free(now: number): Queued[] {
    const blocked = new Set<string>();
    return this.#messages.filter((message) => {
      const { key } = message.envelope;
      if (message.availableAt <= now) message.holder = undefined;
      const isFree = message.holder === undefined && message.availableAt <= now;
      if (isFree && !blocked.has(key)) return true;
      if (this.#order === 'key') blocked.add(key);
      return false;
    });
  }

  #shuffled(free: readonly Queued[]): Queued[] {
    const late = new Set<unknown>();
    return free.filter((message) => {
      const what = this.#order === 'key' ? message.envelope.key : message;
      if (!late.has(what) && this.#mischief.happens('reorder')) late.add(what);
      return !late.has(what);
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
