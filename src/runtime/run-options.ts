import type { Backbone } from '../backbone/backbone.ts';
import type { Host } from '../host/host.ts';
import type { Store } from '../log/store.ts';
import type { Dependencies } from '../reaction/tools.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Parked } from './settled.ts';

/**
 * What an application runs with. Only the store must be named.
 *
 * @example
 * const options: RunOptions = {
 *   store,
 *   only: ['billing'],
 *   onParked: ({ context, subscription }) => console.error(`parked: ${subscription} of ${context}`),
 * };
 */
export interface RunOptions {
  /** Where the logs live: `sqlite('./data')`, `memory()` … */
  readonly store: Store;
  /** What carries messages between contexts. Default `embedded()`: log to log. */
  readonly backbone?: Backbone;
  /** Runs only these contexts here; the checks are still made on the whole map. */
  readonly only?: readonly string[];
  /** What handlers get as `dependencies`. */
  readonly dependencies?: Dependencies;
  /** Where structured log lines go. Default: warnings and errors, as JSON, to standard error. */
  readonly logger?: Logger;
  /** Clock, ids and randomness; the machine's own where not given. */
  readonly host?: Partial<Host>;
  /** The largest payload of a record, in characters of JSON. Default 1,048,576. */
  readonly payloadCharactersMax?: number;
  /**
   * So many calls (`handle`, `transaction`) of each context are under way at a time. Default 1,000,
   * as many as one commit takes. Further ones wait in order with little memory instead of being
   * refused: whoever makes many calls at once wants them done, and would only have to make them
   * again. Of those that wait, 100,000 are too many (`TooManyCallsError`).
   */
  readonly callsUnderWayMax?: number;
  /**
   * For how long a repeated message or commandId is recognised, in milliseconds. Default 30 days.
   * A message older than that is set aside for a person.
   */
  readonly dedupeWindowMs?: number;
  /**
   * For how long a version of a read model is kept that is not declared any more, in milliseconds,
   * so that who goes back to it finds it. It begins when what is declared under its name has
   * caught up. Default a week; 0 is at the next look, Infinity is for ever.
   */
  readonly oldReadModelsKeptMs?: number;
  /**
   * What timers by business time go by. `clock` (default): the clock. `watermark`: they stand still
   * until `Application.reachBusinessTime` is told how far business has come, for doing again what
   * happened long ago.
   */
  readonly businessTime?: 'clock' | 'watermark';
  /** Called for each record that is parked: the hook for an alert. */
  readonly onParked?: (parked: Parked) => void;
  /** Called when a subscription stops moving, with the reason: the hook for an alert. */
  readonly onStalled?: (stalled: {
    readonly context: string;
    readonly subscription: string;
    readonly why: string;
  }) => void;
}
