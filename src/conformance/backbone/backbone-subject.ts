import type { Backbone } from '../../backbone/backbone.ts';
import type { Store } from '../../log/store.ts';

/** A backbone to be held to the promises of the port, fresh, not started, with nothing in it. */
export interface BackboneSubject {
  readonly backbone: Backbone;
  /** Where the contexts at its ends keep their logs; an empty one, also in memory. */
  readonly store: Store;
  /** Cuts all its connections at once. Without it, some scenarios are skipped. */
  readonly cut?: () => void | Promise<void>;
  /** Makes it unreachable for a while. Without it, some scenarios are skipped. */
  readonly outage?: {
    readonly begin: () => void | Promise<void>;
    readonly end: () => void | Promise<void>;
  };
  /** A message of more bytes is refused by its server. Without it, a scenario is skipped. */
  readonly bytesMax?: number;
  /** Removes what it left. The backbone and all logs are closed before. */
  close(): Promise<void>;
}
