/** RabbitMQ, each server a node of its own, in a directory and on ports of its own. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { giveTo, makeFolder, removeFolder, serverAccount } from './process/account.ts';
import { freePort } from './process/free-port.ts';
import { type GuardedProcess, startGuarded } from './process/guarded-process.ts';
import { runProgram } from './process/run-program.ts';
import { childrenOf, ended, signal } from './process/running-processes.ts';
import { type Service, ServiceMissingError } from './service.ts';

/** Where the world looks for one. */
const PORT = 5_672;

export const rabbitmq: Service = {
  name: 'rabbitmq',
  title: 'RabbitMQ',
  startedBy: 'startRabbitmq',
  howToGet: 'Run "apt-get install rabbitmq-server" (Debian), "brew install rabbitmq" (macOS).',
  find: () => {
    const program = findProgram();
    return program === undefined ? undefined : { version: versionHere(), from: program };
  },
  alone: {
    start: async () => {
      const { url, close } = await startRabbitmq({ port: PORT });
      return { version: versionHere(), url, close };
    },
  },
};

export interface RabbitmqServer {
  readonly url: string;
  readonly log: () => string;
  /** By SIGKILL, with what it had not written. */
  readonly kill: () => Promise<void>;
  /** In order. */
  readonly stop: () => Promise<void>;
  /** On the same port, with what it had. */
  readonly start: () => Promise<void>;
  /** Runs `rabbitmqctl` on it, and answers with what it said. */
  readonly ctl: (...args: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface RabbitmqServerOptions {
  /** Lines of its `rabbitmq.conf`, beside ours. */
  readonly configuration?: string;
  /** Those who may use it, beside `guest` with the password `guest`, who may do anything. */
  readonly users?: readonly RabbitmqUser[];
  /** It talks over TLS, and shows these. */
  readonly certificates?: { readonly certificate: string; readonly key: string };
  /** Where it is, if that is free. Default: wherever it is. */
  readonly port?: number;
}

/** What a user may do, as patterns of names: the three of `rabbitmqctl set_permissions`. */
export interface RabbitmqUser {
  readonly name: string;
  readonly password: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** An Erlang machine takes some seconds, and longer on a busy one. */
const startTimeoutMs = 60_000;
const endTimeoutMs = 30_000;

/**
 * The server finds its node by a daemon (epmd) that Erlang leaves running. Here it is a child of a
 * shell that ends it with the server. A signal to the shell is passed on.
 */
const shell = `
epmd -port "$ERL_EPMD_PORT" >/dev/null 2>&1 &
epmd=$!
"$0" &
server=$!
trap 'kill -TERM $server' TERM
trap 'kill -KILL $server' QUIT
wait $server
wait $server
kill $epmd
`;

/** A shell in the background is deaf to SIGQUIT, by which its guard ends it, unless it is told otherwise. */
const heardSignals = process.platform === 'linux' ? ['--default-signal=QUIT'] : [];

/**
 * Starts a server of one's own, and waits until it takes connections.
 *
 *     const server = await startRabbitmq();
 *     const backbone = rabbitmq(server.url);
 */
export async function startRabbitmq(options: RabbitmqServerOptions = {}): Promise<RabbitmqServer> {
  const program = findProgram();
  if (program === undefined) throw new ServiceMissingError(rabbitmq);
  const account = serverAccount();
  const folder = makeFolder('thereupon-rabbitmq-', account);
  const port = await freePort(options.port);
  const log = join(folder, 'server.log');
  const files: Record<string, string> = {
    'rabbitmq.conf': configuration(port, folder, options),
    'definitions.json': definitions(options.users ?? []),
    enabled_plugins: '[].\n',
  };
  // Its own copies: it may not read what is ours.
  for (const [name, from] of Object.entries(options.certificates ?? {}))
    if (name === 'certificate' || name === 'key') files[`${name}.pem`] = readFileSync(from, 'utf8');
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    giveTo(join(folder, name), account);
  }
  const variables = await environment(folder, port);
  let running: GuardedProcess | undefined;

  const start = async (): Promise<void> => {
    const command = ['env', ...heardSignals, ...variables, 'sh', '-c', shell, program];
    const begun = await startGuarded(command, { account, folder, log });
    running = begun;
    const until = performance.now() + startTimeoutMs;
    while (!(await answers(port, options.certificates !== undefined))) {
      if (begun.hasExited() || performance.now() > until)
        throw new Error(`RabbitMQ did not start. It said:\n${readFileSync(log, 'utf8')}`);
      await delay(50);
    }
  };
  const end = async (by: 'SIGTERM' | 'SIGQUIT'): Promise<void> => {
    const ending = running;
    running = undefined;
    if (ending === undefined) return;
    const below = descendantsOf(ending.pid);
    signal(ending.pid, by);
    await ending.exited();
    await ended(below, endTimeoutMs);
  };
  const close = async (): Promise<void> => {
    await end('SIGQUIT');
    removeFolder(folder);
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `amqp${options.certificates === undefined ? '' : 's'}://guest:guest@127.0.0.1:${port}`,
    log: () => readFileSync(log, 'utf8'),
    kill: () => end('SIGQUIT'),
    stop: () => end('SIGTERM'),
    start,
    ctl: (...args) =>
      runProgram('env', [...variables, join(dirname(program), 'rabbitmqctl'), ...args], {
        account,
        cwd: folder,
      }),
    close,
  };
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The program itself: the one on the path becomes another user, in another directory. */
function findProgram(): string | undefined {
  return [
    '/usr/lib/rabbitmq/bin',
    '/opt/homebrew/opt/rabbitmq/sbin',
    '/usr/local/opt/rabbitmq/sbin',
  ]
    .map((folder) => join(folder, 'rabbitmq-server'))
    .find((file) => existsSync(file));
}

/** By the folder that Debian puts it in: asking the program takes seconds. */
function versionHere(): string {
  const folder = '/usr/lib/rabbitmq/lib';
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return /rabbitmq_server-(.*)/.exec(names.join('\n'))?.[1] ?? 'of no known version';
}

function configuration(port: number, folder: string, options: RabbitmqServerOptions): string {
  const { configuration: own = '', certificates } = options;
  const plain = `listeners.tcp.1 = 127.0.0.1:${port}`;
  const secure = `listeners.tcp = none
listeners.ssl.1 = 127.0.0.1:${port}
ssl_options.certfile = ${join(folder, 'certificate.pem')}
ssl_options.keyfile = ${join(folder, 'key.pem')}`;
  return `${certificates === undefined ? plain : secure}
load_definitions = ${join(folder, 'definitions.json')}
log.console = true
log.console.level = info
log.file = false
disk_free_limit.absolute = 50MB
${own}
`;
}

/** What it knows from the beginning; with this it makes no user by itself. */
function definitions(users: readonly RabbitmqUser[]): string {
  const all = '.*';
  const guest = { name: 'guest', password: 'guest', configure: all, write: all, read: all };
  const known = [guest, ...users];
  return JSON.stringify({
    vhosts: [{ name: '/' }],
    users: known.map(({ name, password }) => ({
      name,
      password_hash: passwordHash(password),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: '',
    })),
    permissions: known.map(({ name: user, configure, write, read }) => ({
      user,
      vhost: '/',
      configure,
      write,
      read,
    })),
  });
}

/** As RabbitMQ keeps it: four bytes of salt, and the SHA-256 of them and the password. */
function passwordHash(password: string): string {
  const salt = Buffer.from('salt');
  const hash = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

async function environment(folder: string, port: number): Promise<readonly string[]> {
  return [
    `HOME=${folder}`,
    `RABBITMQ_NODENAME=thereupon-${port}@localhost`,
    `RABBITMQ_MNESIA_BASE=${join(folder, 'data')}`,
    `RABBITMQ_LOG_BASE=${join(folder, 'log')}`,
    `RABBITMQ_CONFIG_FILE=${join(folder, 'rabbitmq.conf')}`,
    `RABBITMQ_ENABLED_PLUGINS_FILE=${join(folder, 'enabled_plugins')}`,
    `RABBITMQ_PID_FILE=${join(folder, 'pid')}`,
    `RABBITMQ_DIST_PORT=${await freePort()}`,
    `ERL_EPMD_PORT=${await freePort()}`,
    'ERL_EPMD_ADDRESS=127.0.0.1',
    // The script then becomes the server, instead of standing beside it.
    'RUNNING_UNDER_SYSTEMD=yes',
  ];
}

/** It greets who sends the first bytes of its protocol. */
function answers(port: number, isSecure: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = isSecure
      ? connectSecurely({ host: '127.0.0.1', port, rejectUnauthorized: false })
      : connect({ host: '127.0.0.1', port });
    socket.once(isSecure ? 'secureConnect' : 'connect', () => socket.write('AMQP\0\0\u0009\u0001'));
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
