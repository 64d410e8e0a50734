import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, type Account } from '../process/account.ts';

/** As in `postgresql.conf`. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

/** The file that the data directory's own `postgresql.conf` includes last. */
export const settingsFile = 'server.conf';

export function writeSettings(data: string, settings: Settings, account: Account): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${literal(value)}\n`);
  const file = join(data, settingsFile);
  writeFileSync(file, lines.join(''));
  giveTo(file, account);
}

function literal(value: string | number | boolean): string {
  return `'${String(value).replaceAll("'", "''")}'`;
}
