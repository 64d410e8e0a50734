import type { Application } from 'thereupon';

/** What the API is given. */
export interface ShopApiOptions {
  /** The running shop, all of its contexts. */
  readonly app: Application;
  /** Makes a key for a request that came without an Idempotency-Key: `randomUUID`. */
  readonly newId: () => string;
  /** Told of each error that is our own fault. Default: to standard error. */
  readonly reportError?: (error: unknown) => void;
}
