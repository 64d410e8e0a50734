/**
 * What the shop's own programs ask of its contexts: a part of `Application`, so that it may as well
 * be answered by other processes.
 */
import type { Application } from 'thereupon';

export type ShopApp = Pick<
  Application,
  'handle' | 'read' | 'timers' | 'health' | 'parked' | 'reachBusinessTime' | 'followClock'
> & {
  /** As `Application.settled`, of everything. */
  settled(options?: { readonly timeoutMs?: number }): Promise<unknown>;
};
