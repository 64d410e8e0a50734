import { Application } from '../runtime/application.ts';
import type { RunningContext } from '../runtime/running-context.ts';

/**
 * What is under way now and comes to its end when it likes, whatever the test's clock says: calls of
 * a store, which may be on a disk, and handlers, which may wait for anything.
 */
export class Outside {
  /** Undefined until it runs. */
  application: Application | undefined;
  readonly #calls = new Map<string, number>();
  #ended = 0;

  /** Another number whenever something has happened. */
  get progress(): number {
    return this.#ended + (this.#contexts[0]?.activity.count ?? 0);
  }

  /** A call of the store, which may be on a disk. */
  async during<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
    try {
      return await call();
    } finally {
      this.#ended += 1;
      const left = (this.#calls.get(name) as number) - 1;
      if (left === 0) this.#calls.delete(name);
      else this.#calls.set(name, left);
    }
  }

  /** In words. So many handlers wait for the clock, and are none of it. */
  waiting(handlersOnClock: number): readonly string[] {
    const handlers = this.#contexts.flatMap(({ name, handlersUnderWay }) =>
      handlersUnderWay.map((what) => `${name}: ${what}`),
    );
    const calls = [...this.#calls.keys()].map((name) => `the store's answer to ${name}`);
    return [...calls, ...(handlers.length > handlersOnClock ? handlers : [])];
  }

  get #contexts(): readonly RunningContext[] {
    return this.application === undefined ? [] : Application.contextsOf(this.application);
  }
}
