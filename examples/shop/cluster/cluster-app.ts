/**
 * The shop's contexts in processes of their own, asked as one application: each question goes to a
 * process that runs the context it is about.
 */
import type { Application } from 'thereupon';
import type { KeepPrices } from '../catalogue/keep-prices.ts';
import { contexts } from '../contexts.ts';
import type { ShopApp } from '../shop-app.ts';
import type { Call } from './calls.ts';
import type { KeptProcess } from './kept-process.ts';
import { contractsOf } from './listened-contracts.ts';
import { SettleTogether } from './settle-together.ts';
import { OtherProcessError } from './other-process-error.ts';

export class ClusterApp implements ShopApp {
  readonly #processes: readonly KeptProcess[];
  readonly #together: SettleTogether;
  readonly #followClock: () => void;
  #turn = 0;

  /** `followClock`: also those that are started later go by the clock. */
  constructor(processes: readonly KeptProcess[], followClock: () => void) {
    this.#processes = processes;
    this.#followClock = followClock;
    this.#together = new SettleTogether(
      processes.map((process) => ({ process, listensTo: contractsOf(process.contexts) })),
    );
  }

  handle: Application['handle'] = async (aggregate, id, command, options) => {
    // A signal stays here: what has begun in another process is finished.
    const { signal, ...rest } = options ?? {};
    signal?.throwIfAborted();
    const { name } = owner('aggregates', aggregate);
    return this.#change(name, {
      ask: 'handle',
      aggregate: aggregate.name,
      id,
      command,
      options: rest,
    });
  };

  readonly keepPrices: KeepPrices = (listed) =>
    this.#change('catalogue', { ask: 'keep-prices', listed });

  read: Application['read'] = (asked) => {
    const { name } = owner('readModels', asked);
    const { name: model } = asked;
    return {
      get: (key, options = {}) => this.#ask(name, { ask: 'get', model, key, options }),
      find: (query = {}) => this.#ask(name, { ask: 'find', model, query }),
      count: (where = {}) => this.#ask(name, { ask: 'count', model, where }),
    };
  };

  timers: Application['timers'] = async (selection) => {
    const { limit = Number.POSITIVE_INFINITY } = selection ?? {};
    const timers = await this.#askForEach<Awaited<ReturnType<Application['timers']>>[number]>({
      ask: 'timers',
      selection: selection ?? {},
    });
    return timers.toSorted((a, b) => Date.parse(a.due) - Date.parse(b.due)).slice(0, limit);
  };

  health: Application['health'] = async () => {
    const all = await this.#askAll<Awaited<ReturnType<Application['health']>>>({ ask: 'health' });
    const statuses = new Set(all.map(({ status }) => status));
    const status = (['red', 'amber'] as const).find((each) => statuses.has(each)) ?? 'green';
    const healths = all.flatMap((health) => health.contexts);
    return {
      status,
      contexts: contexts.map(({ name }) => together(healths.filter((h) => h.context === name))),
    };
  };

  parked: Application['parked'] = () => this.#askForEach({ ask: 'parked' });

  settled(options?: { readonly timeoutMs?: number }): Promise<void> {
    return this.#together.settled(options);
  }

  reachBusinessTime(time: string): Promise<void> {
    return this.#together.reachBusinessTime(time);
  }

  followClock(): void {
    this.#followClock();
    for (const process of this.#processes)
      // One that is not there is started to follow it.
      process.ask({ ask: 'follow-clock' }).catch(() => undefined);
  }

  /** Has to be settled before it counts as done. */
  async #change<T>(context: string, call: Call): Promise<T> {
    const process = this.#processOf(context);
    this.#together.begun(process);
    try {
      return (await process.ask(call)) as T;
    } finally {
      this.#together.begun(process);
    }
  }

  async #ask<T>(context: string, call: Call): Promise<T> {
    return (await this.#processOf(context).ask(call)) as T;
  }

  async #askAll<T>(call: Call): Promise<readonly T[]> {
    return (await Promise.all(this.#processes.map((process) => process.ask(call)))) as T[];
  }

  /** What a context's log says, once: each process answers for all contexts that it runs. */
  async #askForEach<T extends { readonly context: string }>(call: Call): Promise<readonly T[]> {
    const lists = await this.#askAll<readonly T[]>(call);
    const answering = new Map<string, number>();
    return lists.flatMap((list, index) =>
      list.filter(({ context }) => {
        if (!answering.has(context)) answering.set(context, index);
        return answering.get(context) === index;
      }),
    );
  }

  /** Of several in turn. */
  #processOf(context: string): KeptProcess {
    const able = this.#processes.filter(({ contexts: names }) => names.includes(context));
    this.#turn += 1;
    const process = able[this.#turn % able.length];
    if (process === undefined) throw new OtherProcessError(`No process runs "${context}".`);
    return process;
  }
}

/** A context that several processes run is as well as the worst of its shares. */
function together(shares: readonly ContextHealth[]): ContextHealth {
  const [first] = shares as [ContextHealth, ...ContextHealth[]];
  const all = shares.flatMap(({ subscriptions }) => subscriptions);
  const worstFirst = all.toSorted(
    (a, b) => Number(b.stalledWhy !== null) - Number(a.stalledWhy !== null) || b.lag - a.lag,
  );
  const names = new Set(first.subscriptions.map(({ name }) => name));
  return {
    ...first,
    subscriptions: [...names].map(
      (name) => worstFirst.find((each) => each.name === name) as SubscriptionHealth,
    ),
  };
}

type ContextHealth = Awaited<ReturnType<Application['health']>>['contexts'][number];
type SubscriptionHealth = ContextHealth['subscriptions'][number];

/** The context that a part belongs to. */
function owner(parts: 'aggregates' | 'readModels', part: { readonly name: string }) {
  const found = contexts.find((context) => context[parts].some(({ name }) => name === part.name));
  if (found === undefined) throw new OtherProcessError(`The shop knows no "${part.name}".`);
  return found;
}
