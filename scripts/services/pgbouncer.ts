/**
 * PgBouncer in front of a test's own PostgreSQL server, mostly in transaction mode: what stands between an
 * application and its database in many companies, and takes away named statements, `listen` and
 * whatever else lives longer than a transaction.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { giveTo, makeFolder, removeFolder, serverAccount } from './process/account.ts';
import { freePort } from './process/free-port.ts';
import { startGuarded } from './process/guarded-process.ts';
import { signal } from './process/running-processes.ts';
import { ServiceMissingError, type Service } from './service.ts';

export const pgbouncer: Service = {
  name: 'pgbouncer',
  title: 'PgBouncer',
  startedBy: 'startPgbouncer',
  howToGet: 'Run "apt-get install pgbouncer" (Debian), "brew install pgbouncer" (macOS).',
  find: () => {
    const program = findProgram();
    if (program === undefined) return undefined;
    const said = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout;
    return { version: /PgBouncer (\S+)/.exec(said)?.[1] ?? 'of no known version', from: program };
  },
};

export interface Pgbouncer {
  readonly port: number;
  /** What leads to the same database through the pooler. */
  readonly pooled: (connectionString: string) => string;
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

const startTimeoutMs = 20_000;

/**
 * Starts a pooler in front of the server.
 *
 *     const pooler = await startPgbouncer(server);
 *     const pool = new pg.Pool({ connectionString: pooler.pooled(server.connectionString) });
 */
export async function startPgbouncer(
  server: { readonly port: number },
  mode: 'transaction' | 'session' = 'transaction',
): Promise<Pgbouncer> {
  const program = findProgram();
  if (program === undefined) throw new ServiceMissingError(pgbouncer);

  const account = serverAccount();
  const folder = makeFolder('thereupon-pgbouncer-', account);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, configuration(port, server.port, mode));
  giveTo(file, account);
  const log = join(folder, 'pgbouncer.log');
  const running = await startGuarded([program, file], { account, folder, log });
  const close = async (): Promise<void> => {
    signal(running.pid, 'SIGTERM');
    await running.exited();
    removeFolder(folder);
  };
  const until = performance.now() + startTimeoutMs;
  while (!(await answers(port))) {
    if (running.hasExited() || performance.now() > until) {
      const said = readFileSync(log, 'utf8');
      await close();
      throw new Error(`PgBouncer did not start. It said:\n${said}`);
    }
    await delay(5);
  }
  return {
    port,
    pooled: (connectionString) => withPort(connectionString, port),
    log: () => readFileSync(log, 'utf8'),
    close,
  };
}

/** Debian has it where only root's path leads. */
function findProgram(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file));
}

/** Whoever comes is the user `postgres`, in whatever database they name. */
function configuration(port: number, serverPort: number, mode: string): string {
  return `[databases]
* = host=127.0.0.1 port=${serverPort} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 20
max_client_conn = 500
`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function withPort(connectionString: string, port: number): string {
  const url = new URL(connectionString);
  url.port = String(port);
  return url.href;
}
