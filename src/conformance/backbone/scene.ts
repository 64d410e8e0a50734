import assert from 'node:assert/strict';
import {
  type Backbone,
  BackboneUnavailableError,
  type Consumer,
  type Delivery,
  type Envelope,
  type Listener,
} from '../../backbone/backbone.ts';
import type { Inlet, Outlet } from '../../backbone/backbone.ts';
import type { Host } from '../../host/host.ts';
import type { Log } from '../../log/log.ts';
import type { Store } from '../../log/store.ts';
import type { Mark } from '../../log/write-set.ts';
import type { BackboneSubject } from './backbone-subject.ts';

/** Promises in words, each with what proves it. */
export type Scenarios = Readonly<Record<string, Scenario>>;

export type Scenario = (scene: Scene) => Promise<void>;

/** How long a scenario waits for something that must come. */
export const PATIENCE_MS = 10_000;
/** How long it waits for something that must not come. */
export const SILENCE_MS = 60;

/** What a scenario plays with: the backbone, started, and contexts that publish and consume. */
export class Scene {
  readonly subject: BackboneSubject;
  readonly host: Host;
  /** Says why this scenario cannot be played here; the scenario then returns. */
  readonly skip: (why: string) => void;
  /** Contexts of the application that listen, whether they have asked for anything yet or not. */
  readonly listeners: Listener[] = [];
  readonly #outlets = new Map<string, Outlet | undefined>();
  readonly #logs = new Map<string, Log>();
  readonly #atEnd: (() => Promise<void>)[] = [];
  #count = 0;

  constructor(subject: BackboneSubject, host: Host, skip: (why: string) => void) {
    this.subject = subject;
    this.host = host;
    this.skip = skip;
  }

  get backbone(): Backbone {
    return this.subject.backbone;
  }

  get store(): Store {
    return this.subject.store;
  }

  async start(): Promise<void> {
    await this.#begin(this.backbone);
  }

  /** Starts another one beside it, which is closed with the scene. */
  async startBeside(other: Backbone): Promise<Backbone> {
    this.atEnd(() => other.close());
    await this.#begin(other);
    return other;
  }

  /** To be done before the backbone is closed at the end of the scene. */
  atEnd(work: () => Promise<void>): void {
    this.#atEnd.push(work);
  }

  async #begin(backbone: Backbone): Promise<void> {
    const published = (context: string) => this.store.published(context);
    const listeners = (publisher: string): Listener[] =>
      this.listeners.filter(({ source }) => source === publisher);
    await backbone.start({ clock: this.host.clock, published, listeners });
  }

  /** Closes the backbone in order and starts it again, as a process does that ends and returns. */
  async restart(): Promise<void> {
    for (const outlet of this.#outlets.values()) await outlet?.close();
    this.#outlets.clear();
    await this.backbone.close();
    await this.start();
  }

  async close(): Promise<void> {
    for (const work of this.#atEnd) await work();
    for (const outlet of this.#outlets.values()) await outlet?.close();
    await this.backbone.close();
    for (const log of this.#logs.values()) await log.close();
    await this.subject.close();
  }

  async log(context: string): Promise<Log> {
    const log = this.#logs.get(context) ?? (await this.store.open(context));
    this.#logs.set(context, log);
    return log;
  }

  message(fields: Partial<Envelope> = {}): Envelope {
    this.#count += 1;
    const id = this.host.ids.next();
    return {
      id,
      source: 'ordering',
      type: 'ordering.OrderPlaced',
      schemaVersion: 1,
      key: 'order-1',
      data: JSON.stringify({ orderId: fields.key ?? 'order-1', number: this.#count }),
      occurredAt: 1_291_191_960_000,
      recordedAt: this.host.clock.now(),
      correlationId: `action-${this.#count}`,
      causationId: id,
      traceparent: null,
      metadata: null,
      ...fields,
    };
  }

  /** Messages over some keys, in turn. */
  messages(count: number, keys: number): Envelope[] {
    return Array.from({ length: count }, (_, index) =>
      this.message({ key: `order-${index % keys}` }),
    );
  }

  /** Publishes as the backbone wants it: through its outlet, or in the publisher's own log. */
  async publish(messages: readonly Envelope[], publisher = 'ordering'): Promise<void> {
    if (!this.#outlets.has(publisher))
      this.#outlets.set(publisher, await this.backbone.outlet(publisher));
    const outlet = this.#outlets.get(publisher);
    if (outlet !== undefined) return outlet.publish(messages);
    const log = await this.log(publisher);
    const records = messages.map((message) => ({
      ...message,
      direction: 'outgoing' as const,
      stream: null,
      version: null,
    }));
    await log.commit([{ records }]);
  }

  /** As relay and intake do: again, for as long as it cannot be reached. */
  async untilReached<T>(work: () => Promise<T>): Promise<T> {
    const end = this.host.clock.elapsedMs() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const isAway = error instanceof BackboneUnavailableError;
        if (!isAway || this.host.clock.elapsedMs() > end) throw error;
        await this.host.clock.sleep(5);
      }
    }
  }

  /** Makes a consumer known: where nothing is replayed, it misses what comes before it. */
  async make(): Promise<void> {
    if (this.backbone.capabilities.replay) return;
    const consumer = await this.consumer();
    await consumer.close();
  }

  async consumer(fields: Partial<Consumer> = {}): Promise<TestConsumer> {
    const consumer = this.consumerAway(fields);
    await consumer.open();
    return consumer;
  }

  /** One that has not opened anything here. */
  consumerAway(fields: Partial<Consumer> = {}): TestConsumer {
    return new TestConsumer(this, {
      consumer: 'billing',
      source: 'ordering',
      contracts: ['ordering.OrderPlaced'],
      marks: [],
      ...fields,
    });
  }

  /** Gives work a signal that aborts after a time, and keeps the process alive until then. */
  async within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = new AbortController();
    const waiting = this.host.clock.sleep(timeoutMs, timeout.signal);
    try {
      void waiting.then(() => timeout.abort());
      return await work(timeout.signal);
    } finally {
      timeout.abort();
      await waiting;
    }
  }

  /** Looks again and again until it holds. */
  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const { clock } = this.host;
    const end = clock.elapsedMs() + PATIENCE_MS;
    while (!(await holds())) {
      assert.ok(clock.elapsedMs() < end, `waited ${PATIENCE_MS} ms for: ${what}`);
      await clock.sleep(2);
    }
  }
}

/** A consuming context as far as a backbone knows it: it takes, and remembers how far it came. */
export class TestConsumer {
  readonly #scene: Scene;
  readonly #consumer: Consumer;
  readonly taken: Envelope[] = [];
  /** By contract. */
  readonly #marks = new Map<string, Mark>();
  #inlet: Inlet | undefined;

  constructor(scene: Scene, consumer: Consumer) {
    this.#scene = scene;
    this.#consumer = consumer;
    this.#keepMarks(consumer.marks);
  }

  get inlet(): Inlet {
    assert.ok(this.#inlet);
    return this.#inlet;
  }

  /** How far it has come, for another life of the same consumer. */
  get marks(): readonly Mark[] {
    return [...this.#marks.values()];
  }

  /** As a backbone is told of it. */
  get asKnown(): Consumer {
    return { ...this.#consumer, marks: this.marks };
  }

  async open(backbone: Backbone = this.#scene.backbone): Promise<void> {
    this.#inlet = await backbone.inlet(this.asKnown);
  }

  async close(): Promise<void> {
    await this.inlet.close();
  }

  /** The next delivery that holds messages, not acknowledged. */
  receive(limit = 100): Promise<Delivery> {
    return this.#scene.within(PATIENCE_MS, async (signal) => {
      for (;;) {
        const delivery = await this.inlet.receive({ limit, signal });
        if (delivery.messages.length > 0) return delivery;
        if (delivery.marks.length > 0) await this.take(delivery);
        assert.ok(!signal.aborted, `no message came within ${PATIENCE_MS} ms`);
      }
    });
  }

  /** Commits and acknowledges. */
  async take(delivery: Delivery): Promise<void> {
    this.keep(delivery);
    await delivery.acknowledge();
  }

  /** Commits. */
  keep({ messages, marks }: Pick<Delivery, 'messages' | 'marks'>): void {
    this.taken.push(...messages);
    this.#keepMarks(marks);
  }

  /** Takes until each of these messages has come at least once, in whatever order. */
  async takeAll(messages: readonly Envelope[], limit = 100): Promise<void> {
    const missing = new Set(messages.map(({ id }) => id));
    for (const { id } of this.taken) missing.delete(id);
    while (missing.size > 0) {
      const delivery = await this.receive(limit);
      assert.ok(delivery.messages.length <= limit, 'more than was asked for');
      for (const { id } of delivery.messages) missing.delete(id);
      await this.take(delivery);
    }
  }

  #keepMarks(marks: readonly Mark[]): void {
    for (const mark of marks) this.#marks.set(mark.contract, mark);
  }

  /** The ids in the order in which they came first: what comes again is no matter. */
  firstIds(key?: string): string[] {
    const ofKey = this.taken.filter((message) => key === undefined || message.key === key);
    return [...new Set(ofKey.map(({ id }) => id))];
  }

  /** What comes within a short time, taken. */
  takeMore(): Promise<void> {
    return this.#scene.within(SILENCE_MS, async (signal) => {
      while (!signal.aborted) await this.take(await this.inlet.receive({ limit: 100, signal }));
    });
  }
}

export function ids(messages: readonly Envelope[]): string[] {
  return messages.map(({ id }) => id);
}
