import type { Backbone, Delivery, Inlet, Outlet } from '../../backbone/backbone.ts';
import { BackboneUnavailableError } from '../../backbone/backbone.ts';
import { CALL_RATES } from './faults/calls.ts';
import { maybePoisoned } from './faults/poison.ts';
import { partitionedFrom } from './faults/partition.ts';
import type { Life } from './life.ts';
import { callPort } from './port.ts';
import type { World } from './world.ts';

/** What stands for the broker in the name of a partition. */
const BROKER = 'the broker';

/**
 * A backbone as one process sees it: each of its calls is a call of a port. A broker is shared by
 * all processes and outlives them: what one of them held goes back when it ends.
 */
export class SimulatedBackbone implements Backbone {
  readonly name: string;
  readonly capabilities: Backbone['capabilities'];
  readonly #world: World;
  readonly #life: Life;
  readonly #inner: Backbone;
  readonly #isBroker: boolean;
  readonly #inlets = new Set<Inlet>();

  constructor(world: World, life: Life, inner: Backbone, isBroker: boolean) {
    this.name = inner.name;
    this.capabilities = inner.capabilities;
    this.#world = world;
    this.#life = life;
    this.#inner = inner;
    this.#isBroker = isBroker;
  }

  async start(surroundings: Parameters<Backbone['start']>[0]): Promise<void> {
    // A broker runs already, by a clock of its own.
    if (!this.#isBroker) await this.#inner.start(surroundings);
  }

  async outlet(publisher: string): Promise<Outlet | undefined> {
    const outlet = await this.#inner.outlet(publisher);
    if (outlet === undefined) return undefined;
    return {
      publish: (messages) =>
        this.#call(`${publisher}.relay`, () => outlet.publish(messages), { isChange: true }),
      close: () => outlet.close(),
    };
  }

  inlet(consumer: Parameters<Backbone['inlet']>[0]): Promise<Inlet> {
    const name = `${consumer.consumer} from ${consumer.source}`;
    return this.#call(`${name}.inlet`, async () => {
      const inlet = await this.#inner.inlet(consumer);
      this.#inlets.add(inlet);
      return this.#simulated(inlet, name);
    });
  }

  async close(): Promise<void> {
    this.letGo();
    if (!this.#isBroker) await this.#inner.close();
  }

  /** Hands back what it holds: its connections are gone. */
  letGo(): void {
    for (const inlet of this.#inlets) void inlet.close();
    this.#inlets.clear();
  }

  #simulated(inlet: Inlet, name: string): Inlet {
    return {
      receive: async (options) => {
        const delivery = await this.#call(`${name}.receive`, () => inlet.receive(options));
        const poisoned = maybePoisoned(this.#world, name, delivery);
        this.#world.delivered(this.#life, name, poisoned);
        return this.#acknowledged(poisoned, name);
      },
      isDrained: () => inlet.isDrained(),
      lookAgain: (epoch) => this.#call(`${name}.lookAgain`, () => inlet.lookAgain(epoch)),
      close: async () => {
        this.#inlets.delete(inlet);
        await inlet.close();
      },
    };
  }

  #acknowledged(delivery: Delivery, name: string): Delivery {
    return {
      ...delivery,
      acknowledge: () =>
        this.#call(`${name}.acknowledge`, () => delivery.acknowledge(), { isChange: true }),
    };
  }

  #call<T>(
    name: string,
    perform: () => Promise<T>,
    { isChange } = { isChange: false },
  ): Promise<T> {
    return callPort(this.#world, {
      life: this.#life,
      place: this.#world.faults.place(name),
      rates: CALL_RATES,
      isChange,
      perform: async () => {
        if (this.#isBroker) partitionedFrom(this.#world, this.#life, BROKER);
        return perform();
      },
      failure: (strike) => new BackboneUnavailableError(this.name, strike),
    });
  }
}
