import type { AnyAggregate } from '../../aggregate/aggregate.ts';
import { type BoundedContext, publishedContracts } from '../../context/bounded-context.ts';
import type { AnyReadModel } from '../../read-model/read-model.ts';
import type { Application } from '../../runtime/application.ts';
import type { Transaction } from '../../runtime/transaction.ts';
import { type Life, WORLD } from './life.ts';
import type { Processes } from './processes.ts';
import type { SimulatedApplication, Step } from './simulation.ts';
import { inSimulation } from './in-simulation.ts';
import type { World } from './world.ts';

/** A step that failed so often in a row for reasons of its surroundings will never be done. */
const TRIES_MAX = 500;
const PAUSE_MS_MAX = 500;
/** Who was told so often to ask later asks less often. */
const LONGER_PAUSES_MAX = 8;

const DOWN = Symbol('down');

/** The clients of the application: each has a step done, however often it must ask. */
export class Clients {
  readonly #world: World;
  readonly #processes: Processes;
  readonly #contexts: readonly BoundedContext[];
  readonly #downs = new Map<string, ProcessDownError>();

  /** `contexts`: to know by name where an aggregate or a read model is at home. */
  constructor(world: World, processes: Processes, contexts: readonly BoundedContext[]) {
    this.#world = world;
    this.#processes = processes;
    this.#contexts = contexts;
  }

  /** Begins it after some time, and asks until it is done. */
  async work(step: Step, afterMs: number): Promise<void> {
    const { schedule, chance } = this.#world;
    await schedule.sleep(WORLD, afterMs);
    const pauses = chance.of(`client of ${step.name}`);
    const app = this.#application();
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#world.userCode(undefined, `"${step.name}"`, () => step.work(app));
        this.#world.note('', 'step', `"${step.name}" is done`);
        return;
      } catch (error) {
        if (!isOfSurroundings(error)) throw new StepFailedError(step.name, error);
        if (tries >= TRIES_MAX) throw new StepFailedError(step.name, error);
        this.#world.note('', 'step', `"${step.name}" has no answer, and will ask again`);
        await schedule.sleep(
          WORLD,
          pauses.between(1, PAUSE_MS_MAX * Math.min(tries, LONGER_PAUSES_MAX)),
        );
      }
    }
  }

  #application(): SimulatedApplication {
    return {
      handle: (aggregate, id, command, options) =>
        this.#ask(this.#homeOf('aggregates', aggregate.name), (app, contexts) => {
          const own = contexts.aggregates.find(({ name }) => name === aggregate.name);
          return app.handle(own as typeof aggregate, id, command, options);
        }),
      transaction: (context, work, options) =>
        this.#ask(context.name, (app, own) =>
          app.transaction(context, (tx) => work(inWords(own, tx as never)), options),
        ),
      read: (model) => {
        const home = this.#homeOf('readModels', model.name);
        const query = (app: Application, { readModels }: BoundedContext) =>
          app.read(readModels.find(({ name }) => name === model.name) as typeof model);
        return {
          get: (key, options) =>
            this.#ask(home, (app, context) => query(app, context).get(key, options)),
          find: (asked) => this.#ask(home, (app, context) => query(app, context).find(asked)),
          count: (where) => this.#ask(home, (app, context) => query(app, context).count(where)),
        };
      },
      sleep: (ms) => this.#world.schedule.sleep(WORLD, ms),
    };
  }

  async #ask<T>(
    context: string,
    ask: (app: Application, context: BoundedContext) => Promise<T>,
  ): Promise<T> {
    const { schedule } = this.#world;
    await schedule.turn(WORLD);
    const life = this.#processes.lifeOf(context);
    if (life?.app === undefined) throw this.#down(context);
    const asking = this.#inside(life, context, ask);
    // Nobody may be listening any more when it is answered.
    asking.catch(() => undefined);
    const answer = await Promise.race([asking, life.died.then(() => DOWN)]);
    if (answer === DOWN) throw this.#down(context);
    await schedule.turn(WORLD);
    return answer as T;
  }

  /** One for all times: it is thrown often, and nobody looks at where. */
  #down(context: string): ProcessDownError {
    const known = this.#downs.get(context) ?? new ProcessDownError(context);
    this.#downs.set(context, known);
    return known;
  }

  #inside<T>(
    life: Life,
    context: string,
    ask: (app: Application, context: BoundedContext) => Promise<T>,
  ): Promise<T> {
    const app = life.app as Application;
    const own = life.contexts.find(({ name }) => name === context) as BoundedContext;
    return inSimulation.run({ world: this.#world, life, name: 'a call' }, () => ask(app, own));
  }

  #homeOf(part: 'aggregates' | 'readModels', name: string): string {
    const parts = (context: BoundedContext): readonly (AnyAggregate | AnyReadModel)[] =>
      context[part];
    const homes = this.#contexts.filter((context) =>
      parts(context).some((each) => each.name === name),
    );
    if (homes.length === 1) return (homes[0] as BoundedContext).name;
    throw new TypeError(`${homes.length} contexts have something named "${name}": give it one.`);
  }
}

/** The client has its own copy of a contract: it publishes the one that the process was built with. */
function inWords<Database>(own: BoundedContext, tx: Transaction<Database>): Transaction<Database> {
  const contracts = publishedContracts(own);
  return {
    database: tx.database,
    publish(contract, data) {
      const same = contracts.find(({ name }) => name === contract.name);
      tx.publish((same as typeof contract | undefined) ?? contract, data);
    },
  };
}

/** The process is down, or the answer did not come: ask again. */
function isOfSurroundings(error: unknown): boolean {
  const { retryable, code } = error as { readonly retryable?: unknown; readonly code?: unknown };
  return retryable === true || (typeof code === 'string' && OF_SURROUNDINGS.has(code));
}

const OF_SURROUNDINGS: ReadonlySet<string> = new Set([
  'log-closed',
  'stopped',
  'outcome-unknown',
  'process-down',
  'fenced',
]);

/** The process that was asked is down, or went down before it had answered. */
class ProcessDownError extends Error {
  override readonly name = 'ProcessDownError';
  readonly code = 'process-down';
  readonly retryable = true;

  constructor(context: string) {
    super(`The process of "${context}" is down. Ask again later.`);
  }
}

/** A step of the workload threw what it did not expect. */
export class StepFailedError extends Error {
  override readonly name = 'StepFailedError';
  readonly code = 'step-failed';
  readonly retryable = false;
  readonly step: string;

  constructor(step: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The step "${step}" failed: ${why} A refusal that is expected is caught in the step.`, {
      cause,
    });
    this.step = step;
  }
}
