import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '../../scripts/services/postgres.ts';
import type { Setting } from '../benchmark.ts';

/**
 * Measures on a server of its own, on the disk, with the settings that PostgreSQL comes with: `fsync`
 * and `synchronous_commit` on, 128 MB of `shared_buffers`, checkpoints by 1 GB of WAL. The same for
 * everybody who is measured.
 */
export async function onServer<T>(
  setting: Setting,
  work: (server: PostgresServer) => Promise<T>,
): Promise<T> {
  setting.progress('starting a PostgreSQL of its own');
  const server = await startPostgres(
    setting.scale < TRIAL ? { storage: 'memory', settings: { fsync: 'off' } } : { storage: 'disk' },
  );
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

/** So little is only to see whether it works, as tests do: no figure comes of it. */
const TRIAL = 0.01;

/** An empty database, dropped afterwards, so that nobody is measured beside what others left. */
export async function inDatabase<T>(
  server: PostgresServer,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const url = await server.createDatabase();
  try {
    return await work(url);
  } finally {
    await drop(server, url);
  }
}

/** A copy of a database that nobody is connected to. */
export async function inCopy<T>(
  server: PostgresServer,
  of: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const copy = `${nameOf(of)}_copy`;
  await untilLeft(server, nameOf(of));
  await server.query(`create database "${copy}" template "${nameOf(of)}"`);
  const url = server.connectionStringOf(copy);
  try {
    // What was copied is not to be flushed while something is measured.
    await server.query('checkpoint');
    return await work(url);
  } finally {
    await drop(server, url);
  }
}

async function drop(server: PostgresServer, url: string): Promise<void> {
  await untilLeft(server, nameOf(url));
  await server.query(`drop database "${nameOf(url)}" with (force)`);
}

/** A client that is closed is still there for a moment; one that is ended by force throws. */
async function untilLeft(server: PostgresServer, database: string): Promise<void> {
  const connected = 'select from pg_stat_activity where datname = $1';
  for (let tries = 0; tries < LOOKS_MAX; tries += 1) {
    if ((await server.query(connected, [database])).length === 0) return;
    await delay(LOOK_MS);
  }
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

const LOOK_MS = 20;
const LOOKS_MAX = 250;
