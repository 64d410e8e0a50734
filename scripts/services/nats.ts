/** NATS with JetStream, each server in a directory and on a port of its own. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { giveTo, makeFolder, removeFolder, serverAccount } from './process/account.ts';
import { freePort } from './process/free-port.ts';
import { type GuardedProcess, startGuarded } from './process/guarded-process.ts';
import { signal } from './process/running-processes.ts';
import { ServiceMissingError, type Service } from './service.ts';

/** Where the world looks for one. */
const PORT = 4_222;

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
  alone: {
    start: async () => {
      const { url, close } = await startNats({ port: PORT });
      return { version: nats.find()?.version ?? '', url, close };
    },
  },
};

export interface NatsServer {
  /** Leads to the first node. */
  readonly url: string;
  /** Of each node. */
  readonly urls: readonly string[];
  readonly log: () => string;
  /** As a power cut of the processes: what they have not written is lost. All nodes, or one of them. */
  readonly kill: (node?: number) => Promise<void>;
  /** In order. */
  readonly stop: (node?: number) => Promise<void>;
  /** On the same ports, with what they had: those that do not run. */
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
  /** So many servers of a cluster. Default 1. */
  readonly nodes?: number;
  /** Where the first one is, if that is free. Default: wherever it is. */
  readonly port?: number;
}

/** One server. */
interface NatsNode {
  readonly id: number;
  readonly folder: string;
  /** Where clients come in. */
  readonly port: number;
  /** Where the other servers come in. */
  readonly clusterPort: number;
  /** Where it says how it is. */
  readonly healthPort: number;
}

const startTimeoutMs = 20_000;
/** One of several has to catch up with the others, which may have to elect who leads first. */
const clusterTimeoutMs = 120_000;

/**
 * Starts a server of one's own, or a cluster, and waits until it takes connections.
 *
 *     const server = await startNats();
 *     const backbone = nats(server.url);
 */
export async function startNats(options: NatsServerOptions = {}): Promise<NatsServer> {
  const program = findProgram();
  if (program === undefined) throw new ServiceMissingError(nats);
  const account = serverAccount();
  const nodes: NatsNode[] = [];
  for (let id = 1; id <= (options.nodes ?? 1); id += 1) {
    const folder = makeFolder('thereupon-nats-', account);
    const port = await freePort(id === 1 ? options.port : undefined);
    const [clusterPort, healthPort] = [await freePort(), await freePort()];
    nodes.push({ id, folder, port, clusterPort, healthPort });
  }
  const running = new Map<number, GuardedProcess>();
  const begin = async (node: NatsNode): Promise<void> => {
    const { id, folder, port } = node;
    const file = fileOf(folder);
    const log = logOf(folder);
    const begun = await startGuarded([program, '--config', file], { account, folder, log });
    running.set(id, begun);
    const isAlone = nodes.length === 1;
    const until = performance.now() + (isAlone ? startTimeoutMs : clusterTimeoutMs);
    while (!(await answers(port)) || !(await isHealthy(node, nodes))) {
      if (begun.hasExited() || performance.now() > until)
        throw new Error(`NATS did not start. It said:\n${readFileSync(log, 'utf8')}`);
      await delay(isAlone ? 5 : 100);
    }
  };
  const start = async (): Promise<void> => {
    const absent = nodes.filter(({ id }) => !running.has(id));
    await Promise.all(absent.map((node) => begin(node)));
  };
  const end = async (by: 'SIGTERM' | 'SIGKILL', ids: readonly number[]): Promise<void> => {
    const ending = ids.flatMap((id) => running.get(id) ?? []);
    for (const id of ids) running.delete(id);
    for (const { pid } of ending) signal(pid, by);
    await Promise.all(ending.map((each) => each.exited()));
  };
  const all = nodes.map(({ id }) => id);
  const close = async (): Promise<void> => {
    await end(nodes.length === 1 ? 'SIGTERM' : 'SIGKILL', all);
    for (const { folder } of nodes) removeFolder(folder);
  };
  try {
    for (const node of nodes) {
      const { folder } = node;
      const text = configuration(node, nodes, options) + tls(options, folder, account);
      writeFileSync(fileOf(folder), text);
      giveTo(fileOf(folder), account);
    }
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  const urls = nodes.map(({ port }) => `nats://127.0.0.1:${port}`);
  return {
    url: urls[0] as string,
    urls,
    log: () => nodes.map(({ folder }) => readFileSync(logOf(folder), 'utf8')).join('\n'),
    kill: (node) => end('SIGKILL', node === undefined ? all : [node]),
    stop: (node) => end('SIGTERM', node === undefined ? all : [node]),
    start,
    close,
  };
}

function fileOf(folder: string): string {
  return join(folder, 'nats.conf');
}

function logOf(folder: string): string {
  return join(folder, 'nats.log');
}

/** Debian has it where only root's path leads. */
function findProgram(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'nats-server')).find((file) => existsSync(file));
}

function configuration(
  { id, folder, port, clusterPort, healthPort }: NatsNode,
  nodes: readonly NatsNode[],
  options: NatsServerOptions,
): string {
  const routes = nodes.map((node) => `"nats://127.0.0.1:${node.clusterPort}"`).join(', ');
  const cluster =
    nodes.length === 1
      ? ''
      : `server_name: "n${id}"
http: "127.0.0.1:${healthPort}"
cluster { name: "own", listen: "127.0.0.1:${clusterPort}", routes: [${routes}] }
`;
  return `listen: "127.0.0.1:${port}"
max_payload: ${options.maxPayload ?? 16_777_216}
jetstream { store_dir: "${join(folder, 'jetstream')}" }
${cluster}${options.configuration ?? ''}
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

/** Of a cluster: whether it has caught up with the others, so that one of them may go. */
async function isHealthy({ healthPort }: NatsNode, nodes: readonly NatsNode[]): Promise<boolean> {
  if (nodes.length === 1) return true;
  const answer = await fetch(`http://127.0.0.1:${healthPort}/healthz`).catch(() => undefined);
  return answer?.ok ?? false;
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
