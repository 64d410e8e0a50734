import type { Log } from '../../log/log.ts';
import type { Store } from '../../log/store.ts';

/** Promises in words, each with what proves it. */
export type Scenarios = Readonly<Record<string, Scenario>>;

export type Scenario = (scene: Scene) => Promise<void>;

/** What a scenario plays with; everything opened through `store` is closed behind it. */
export interface Scene {
  readonly store: Store;
  /** The log of the context "ordering", new and empty. */
  readonly log: Log;
  /** Ends an owner as `kill -9` would, where the subject can do that. */
  readonly crash: ((context: string) => void | Promise<void>) | undefined;
  readonly sql: (database: unknown, text: string) => Promise<readonly object[]>;
  /** Says why this scenario cannot be played here; the scenario then returns. */
  readonly skip: (why: string) => void;
}
