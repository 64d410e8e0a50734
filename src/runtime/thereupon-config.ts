import type { Backbone } from '../backbone/backbone.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import type { Store } from '../log/store.ts';

/**
 * What `thereupon.config.ts` at a project's root exports: the whole context map, and where it
 * lives. `run`, the command line and the tests start from it. Nothing is opened by importing it.
 *
 * @example
 * const config: ThereuponConfig = { contexts: [ordering, billing], store: sqlite('./data') };
 * const app = await run(config.contexts, config);
 */
export interface ThereuponConfig {
  readonly contexts: readonly BoundedContext[];
  readonly store: Store;
  /** Default `embedded()`: log to log. */
  readonly backbone?: Backbone;
}
