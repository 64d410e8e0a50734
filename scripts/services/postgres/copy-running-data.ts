/**
 * Copies the data of a running server as any backup tool does: the server is told that its files are
 * being copied, they are copied, and what has changed meanwhile is to be streamed from it.
 * `pg_basebackup` does the same, but the npm package does not have it.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { giveTo, type Account } from '../process/account.ts';
import { copyFolder } from './data-template.ts';
import { majorOf } from './installations.ts';

export interface RunningData {
  readonly connectionString: string;
  readonly version: string;
  readonly data: string;
}

/** Makes `target` the data of a standby called `name`, which the server knows from then on. */
export async function copyRunningData(
  server: RunningData,
  target: string,
  options: { name: string; account: Account },
): Promise<void> {
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  try {
    // The slot keeps what the standby is going to ask for.
    await client.query('select pg_create_physical_replication_slot($1, true)', [options.name]);
    const label = await copyBetweenMarks(client, server, target, options.account);
    writeFileSync(join(target, 'backup_label'), label);
    giveTo(join(target, 'backup_label'), options.account);
  } finally {
    await client.end();
  }
  writeFileSync(join(target, 'standby.signal'), '');
  giveTo(join(target, 'standby.signal'), options.account);
}

/** The settings by which a standby follows the server. */
export function followingSettings(port: number, name: string): Record<string, string> {
  return {
    primary_conninfo: `host=127.0.0.1 port=${port} user=postgres application_name=${name}`,
    primary_slot_name: name,
    synchronous_standby_names: '',
  };
}

async function copyBetweenMarks(
  client: pg.Client,
  server: RunningData,
  target: string,
  account: Account,
): Promise<string> {
  const [begin, end] =
    majorOf(server.version) >= 15
      ? ['pg_backup_start($1, true)', 'pg_backup_stop(false)']
      : ['pg_start_backup($1, true, false)', 'pg_stop_backup(false, false)'];
  await client.query(`select ${begin}`, ['standby']);
  await copyFolder(server.data, target, account).catch(onlyVanishedFiles);
  const slots = readdirSync(join(target, 'pg_replslot')).map((slot) => join('pg_replslot', slot));
  for (const own of ['postmaster.pid', 'postmaster.opts', ...slots]) {
    rmSync(join(target, own), { recursive: true, force: true });
  }
  const ended = await client.query<{ labelfile: string }>(`select labelfile from ${end}`);
  return ended.rows[0]?.labelfile ?? '';
}

/** A file that went while it was being copied is of no use to the standby either. */
function onlyVanishedFiles(error: Error): void {
  const [, ...complaints] = error.message.split('\n');
  if (!complaints.every((line) => line.endsWith('No such file or directory'))) throw error;
}
