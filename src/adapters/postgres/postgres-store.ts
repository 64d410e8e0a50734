import { systemHost } from '../../host/host.ts';
import type { Staging } from '../../log/staging.ts';
import type { Migration, Migrations, Requests, Store } from '../../log/store.ts';
import { assertMigrated, formatOf, migrate, pendingMigrations } from './migrate.ts';
import { assertNotBehind } from './restored-log.ts';
import { commit } from './commit.ts';
import type { Ask } from './database.ts';
import { diagnosisOf } from './diagnosis.ts';
import { recover } from './new-epoch.ts';
import { patientPool } from './patient-pool.ts';
import { assertOptions, type PostgresOptions } from './postgres-options.ts';
import { isBehindPooler } from './pooler.ts';
import { makePool, type PostgresPool } from './postgres-client.ts';
import { postgresLog } from './postgres-log.ts';
import { LEASE_MS } from './postgres-membership.ts';
import { postgresPublished, postgresReader } from './postgres-reader.ts';
import { assertSettings } from './probe.ts';
import { type Place, placeOf } from './schema.ts';
import { Server } from './server.ts';
import { stage } from './stage.ts';
import { inTransaction } from './transaction.ts';

const CONNECTION_TIMEOUT_MS = 5_000;

/** Logs on PostgreSQL, and what the application's own transactions publish into them. */
export interface PostgresStore extends Store, Staging {
  readonly migrations: Migrations;
}

/**
 * The production store: one PostgreSQL schema a bounded context, named as the context is. Its
 * tables are made and brought to the newest format when a context is opened. Needs PostgreSQL 14
 * or newer and the package `pg`.
 *
 * @param connection a connection string, or a pool with `{ pool }`.
 * @throws {TypeError} for an option that is not known, or that nothing can be done with.
 * @example
 * const app = await run([ordering, billing], { store: postgres('postgres://localhost/shop') });
 */
export function postgres(
  connection: string | PostgresOptions,
  options?: PostgresOptions,
): PostgresStore {
  const given = typeof connection === 'string' ? (options ?? {}) : connection;
  const url = typeof connection === 'string' ? connection : undefined;
  assertOptions(url, given);
  const servers = new SharedServer(url, given);
  const transactionTimeoutMs = given.transactionTimeoutMs ?? 5_000;
  const leaseMs = given.leaseMs ?? LEASE_MS;
  const { retention } = given;
  return {
    name: `postgres ${url === undefined ? '' : withoutPassword(url)}`.trim(),
    async open(context) {
      const place = placeOf(context);
      return servers.use(async (server, onClose) => {
        if (given.migrate === 'never') await assertMigrated(server.ask, place);
        else await bringUpToDate(server, place);
        await inTransaction(server, (ask) => assertSettings(ask, place));
        await assertNotBehind(server.ask, place);
        await beginLife(server.ask, place);
        const watched = await server.watch(place);
        const set = { transactionTimeoutMs, leaseMs, retention };
        return postgresLog({ server, place, ...set, onClose }, watched);
      });
    },
    async reader(context) {
      const place = placeOf(context);
      return servers.use(async (server, onClose) =>
        postgresReader({ server, place, onClose }, await server.watch(place)),
      );
    },
    async published(context) {
      const place = placeOf(context);
      return servers.use(async (server, onClose) =>
        postgresPublished({ server, place, onClose }, await server.watch(place)),
      );
    },
    migrations: {
      pending: (context) =>
        servers.ask(async ({ ask, host }) => {
          const place = placeOf(context);
          return pendingMigrations(place, await formatOf(ask, place), host.ids);
        }),
      migrate: (context) => servers.ask((server) => bringUpToDate(server, placeOf(context))),
    },
    recover: (context, recovery) =>
      servers.ask((server) => recover(server, placeOf(context), { ...recovery, leaseMs })),
    leaveRequests: (context, requests) =>
      servers.ask((server) => leave(server, placeOf(context), requests)),
    diagnose: (context) => servers.ask((server) => diagnosisOf(server, placeOf(context), leaseMs)),
    async stage(context, staged) {
      const place = placeOf(context);
      const transaction = await stage(place, staged);
      servers.watchCommit(place, transaction);
    },
  };
}

/** Looked at first: usually there is nothing to do, and nobody need wait for anybody. */
async function bringUpToDate(server: Server, place: Place): Promise<readonly Migration[]> {
  const { ask, host } = server;
  if (pendingMigrations(place, await formatOf(ask, place), host.ids).length === 0) return [];
  return inTransaction(server, (inside) => migrate(inside, place, host.ids));
}

/** As any commit; whoever leaves them listens to nothing. */
async function leave(
  server: Server,
  place: Place,
  { left: waiting = [], takenBack: done = [], operations = [] }: Requests,
): Promise<boolean> {
  const { ask, host } = server;
  if ((await formatOf(ask, place)) === 0) return false;
  const { schema } = place;
  await commit({ ask, schema, clock: host.clock, isInside: false }, [
    { waiting, done, operations },
  ]);
  server.committed(place, server, { isPublishing: false });
  return true;
}

/** In a statement of its own, so that no writer has to wait for another one that stays open. */
async function beginLife(ask: Ask, { schema }: Place): Promise<void> {
  await ask(`select ${schema}.begin_life_v1() where not exists (
    select 1 from ${schema}.server_life where started = pg_postmaster_start_time())`);
}

/** The server, while at least one log or reader is open. */
class SharedServer {
  readonly #url: string | undefined;
  readonly #options: PostgresOptions;
  #server: Promise<Server> | undefined;
  #users = 0;

  constructor(url: string | undefined, options: PostgresOptions) {
    this.#url = url;
    this.#options = options;
  }

  async use<T>(open: (server: Server, onClose: () => Promise<void>) => Promise<T>): Promise<T> {
    this.#users += 1;
    this.#server ??= this.#start();
    const leave = (): Promise<void> => this.#leave();
    try {
      return await open(await this.#server, leave);
    } catch (error) {
      await leave();
      throw error;
    }
  }

  /** The server for the time of one question. */
  ask<T>(question: (server: Server) => Promise<T>): Promise<T> {
    return this.use(async (server, onClose) => {
      const answer = await question(server);
      await onClose();
      return answer;
    });
  }

  /** Where nothing is open nobody waits here, and those elsewhere find it by themselves. */
  watchCommit(place: Place, transaction: string): void {
    void this.#server?.then(
      ({ foreignCommits }) => foreignCommits.watch(place, transaction),
      () => undefined,
    );
  }

  async #start(): Promise<Server> {
    const { pool: given, directUrl, namedStatements } = this.#options;
    const host = systemHost(this.#options.host);
    const timeoutMs = this.#options.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS;
    // One of both is there: see assertOptions.
    const made = given ?? (await this.#ownPool(this.#url as string));
    const pool = patientPool(made, host.clock, timeoutMs);
    const isOwnPool = given === undefined;
    try {
      const isBehind = await isBehindPooler(pool, host);
      const sessionPool = directUrl === undefined ? pool : await this.#ownPool(directUrl, 2);
      return new Server({
        host,
        pool,
        isOwnPool,
        sessionPool: isBehind && directUrl === undefined ? undefined : sessionPool,
        isBehindPooler: isBehind,
        statements: { isNamed: namedStatements ?? !isBehind },
      });
    } catch (error) {
      if (isOwnPool) await pool.end();
      throw error;
    }
  }

  async #ownPool(url: string, connectionsMax?: number): Promise<PostgresPool> {
    const pool = await makePool({
      connectionString: url,
      max: connectionsMax ?? this.#options.connectionsMax ?? 10,
      application_name: 'thereupon',
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: this.#options.connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS,
      keepAlive: true,
    });
    // A connection at rest may break before anybody else listens, and would end the process.
    pool.on('error', () => undefined);
    return pool;
  }

  async #leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const starting = this.#server;
    this.#server = undefined;
    const server = await starting?.catch(() => undefined);
    await server?.close();
  }
}

function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:/@]*):[^@]*@/i, '$1@');
}
