/** NATS with JetStream, each server in a directory and on a port of its own. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { giveTo, makeFolder, removeFolder, serverAccount } from './process/account.ts';
import { freePort } from './process/free-port.ts';
import { startGuarded } from './process/guarded-process.ts';
import { signal } from './process/running-processes.ts';
import { ServiceMissingError, type Service } from './service.ts';

export const nats: Service = {
  name: 'nats',
  title: 'NATS',
  startedBy: 'startNats',
  howToGet: 'Run "apt-get install nats-server" (Debian), "brew install nats-server" (macOS).',
  find: () => {
    const program = findProgram();
    if (program === undefined) return undefined;
    const said = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout;
    return { version: /v?(\d\S+)/.exec(said)?.[1] ?? 'of no known version', from: program };
  },
};

export interface NatsServer {
  readonly url: string;
  readonly log: () => string;
  /** As a power cut of the process: what it has not written is lost. */
  readonly kill: () => Promise<void>;
  /** In order. */
  readonly stop: () => Promise<void>;
  /** On the same port, with what it had. */
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface NatsServerOptions {
  /** Lines of its configuration, beside ours. */
  readonly configuration?: string;
  /** The largest message, in bytes. Default 16 MiB. */
  readonly maxPayload?: number;
  /** It talks over TLS, and shows these. */
  readonly certificates?: { readonly certificate: string; readonly key: string };
}

const startTimeoutMs = 20_000;

/**
 * Starts a server of one's own, and waits until it takes connections.
 *
 *     const server = await startNats();
 *     const backbone = nats(server.url);
 */
export async function startNats(options: NatsServerOptions = {}): Promise<NatsServer> {
  const program = findProgram();
  if (program === undefined) throw new ServiceMissingError(nats);
  const account = serverAccount();
  const folder = makeFolder('thereupon-nats-', account);
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  writeFileSync(file, configuration(port, folder, options) + tls(options, folder, account));
  giveTo(file, account);
  const log = join(folder, 'nats.log');
  let running: Awaited<ReturnType<typeof startGuarded>> | undefined;
  const start = async (): Promise<void> => {
    const begun = await startGuarded([program, '--config', file], { account, folder, log });
    running = begun;
    const until = performance.now() + startTimeoutMs;
    while (!(await answers(port))) {
      if (begun.hasExited() || performance.now() > until)
        throw new Error(`NATS did not start. It said:\n${readFileSync(log, 'utf8')}`);
      await delay(5);
    }
  };
  const end = async (by: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = running;
    running = undefined;
    if (ending === undefined) return;
    signal(ending.pid, by);
    await ending.exited();
  };
  const close = async (): Promise<void> => {
    await end('SIGTERM');
    removeFolder(folder);
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    log: () => readFileSync(log, 'utf8'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    close,
  };
}

/** Debian has it where only root's path leads. */
function findProgram(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'nats-server')).find((file) => existsSync(file));
}

function configuration(port: number, folder: string, options: NatsServerOptions): string {
  return `listen: "127.0.0.1:${port}"
max_payload: ${options.maxPayload ?? 16_777_216}
jetstream { store_dir: "${join(folder, 'jetstream')}" }
${options.configuration ?? ''}
`;
}

/** Its own copies: it may not read what is ours. */
function tls(
  { certificates }: NatsServerOptions,
  folder: string,
  account: ReturnType<typeof serverAccount>,
): string {
  if (certificates === undefined) return '';
  const [certificate, key] = [certificates.certificate, certificates.key].map((from, index) => {
    const to = join(folder, `${index}.pem`);
    copyFileSync(from, to);
    giveTo(to, account);
    return to;
  });
  return `tls { cert_file: "${certificate}", key_file: "${key}" }\n`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
