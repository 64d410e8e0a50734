import type { BoundedContext } from '../context/bounded-context.ts';
import type { RunOptions } from './run-options.ts';

/**
 * What `thereupon.config.ts` at a project's root exports: the whole context map, and what `run` takes
 * beside it, of which only the store must be there. `run`, the command line and the tests start from
 * it. Nothing is opened by importing it: what handlers get as `dependencies` opens when it is used.
 *
 * @example
 * const config: ThereuponConfig = { contexts: [ordering, billing], store: sqlite('./data') };
 * const app = await run(config.contexts, config);
 */
export interface ThereuponConfig extends RunOptions {
  readonly contexts: readonly BoundedContext[];
}
