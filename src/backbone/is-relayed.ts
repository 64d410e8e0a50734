import type { Backbone } from './backbone.ts';

/** Whether what a context publishes is handed over by a relay; without a backbone it goes log to log. */
export function isRelayed(backbone: Backbone | undefined, publisher: string): boolean {
  if (backbone === undefined) return false;
  return (backbone.for?.(publisher) ?? backbone).capabilities.relay !== false;
}
