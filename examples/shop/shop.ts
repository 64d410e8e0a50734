/** A running shop, whichever processes run its contexts. */
import type { ConsoleSubject } from 'thereupon/console';
import type { KeepPrices } from './catalogue/keep-prices.ts';
import type { KeptGateway } from './gateway/keep-gateway.ts';
import type { ShopApp } from './shop-app.ts';

export type Shop = {
  readonly app: ShopApp;
  readonly keepPrices: KeepPrices;
  readonly gateway: KeptGateway;
  /** What the console shows: the application, or what its processes share. */
  readonly watched: ConsoleSubject;
  /** Stops the contexts first, which may still need the gateway, and then the gateway. */
  readonly close: () => Promise<void>;
};
