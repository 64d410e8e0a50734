import type { ConsoleSubject } from 'thereupon/console';
import type { ShopApp } from '../shop-app.ts';

/** What can be seen and asked of the payment gateway besides money. */
export interface GatewaySwitch {
  /** gone: it has ended by accident and is not back yet. */
  readonly status: 'on' | 'off' | 'gone';
  /** Resolves when it is so. Rejects with a `GatewayError` when it cannot be reached. */
  switchTo(to: 'on' | 'off'): Promise<void>;
}

/** What the API is given. */
export interface ShopApiOptions {
  /** The running shop, all of its contexts. */
  readonly app: ShopApp;
  /** The switch of the payment gateway. */
  readonly gateway: GatewaySwitch;
  /** What the console at `/console` shows. Default: there is none. */
  readonly watched?: ConsoleSubject;
  /** Makes a key for a request that came without an Idempotency-Key: `randomUUID`. */
  readonly newId: () => string;
  /** Told of each error that is our own fault. Default: to standard error. */
  readonly reportError?: (error: unknown) => void;
}
