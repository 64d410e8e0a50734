/** Where a served shop has its console. */
import type { Served } from '../serve-http.ts';

export function consoleOf({ port }: Pick<Served, 'port'>): string {
  return `http://localhost:${port}/console`;
}
