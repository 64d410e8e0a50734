/** Apache Kafka without ZooKeeper, each cluster in directories and on ports of its own. */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findKafka, KAFKA_VERSION, type KafkaInstallation } from './kafka/installation.ts';
import { type KafkaNode, writeProperties } from './kafka/properties.ts';
import type { KafkaServerOptions } from './kafka/server-options.ts';
import { makeFolder, removeFolder } from './process/account.ts';
import { freePort } from './process/free-port.ts';
import { type GuardedProcess, startGuarded } from './process/guarded-process.ts';
import { runProgram } from './process/run-program.ts';
import { signal } from './process/running-processes.ts';
import { ServiceMissingError, type Service } from './service.ts';

/** Where the world looks for one. */
const PORT = 9_092;

export const kafka: Service = {
  name: 'kafka',
  title: 'Kafka',
  startedBy: 'startKafka',
  howToGet:
    'Have Java (17 or newer) and Maven ("apt-get install openjdk-17-jre-headless maven" on Debian, ' +
    '"brew install openjdk maven" on macOS), and run "node scripts/services/kafka/fetch.ts" once: it ' +
    'gets the broker from Maven Central.',
  find: () => {
    const found = findKafka();
    return found === undefined ? undefined : { version: KAFKA_VERSION, from: found.java };
  },
  alone: { start: () => startKafka({ port: PORT }) },
};

export interface KafkaServer {
  /** Of each node, such as `127.0.0.1:9092`, as it is advertised. */
  readonly brokers: readonly string[];
  /** Leads to the first of them, which names the others. */
  readonly url: string;
  readonly version: string;
  readonly log: () => string;
  /** In order: all nodes, or one of them. */
  readonly stop: (node?: number) => Promise<void>;
  /** As a power cut of the processes: what the system was not given is lost. */
  readonly kill: (node?: number) => Promise<void>;
  /** On the same ports, with what they had: those that do not run. */
  readonly start: () => Promise<void>;
  /** Runs a tool of Kafka's own, given this on its standard input, and answers with its output. */
  readonly tool: (name: string, args: readonly string[], input?: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

const startTimeoutMs = 60_000;
const toolTimeoutMs = 60_000;
const STARTED = 'Kafka Server started';
/** Little memory, and little time for the compiler: it never runs for long. */
const JAVA = ['-Xmx384m', '-Xss512k', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const QUIET = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
];
/**
 * It may read the jars in the home directory of whoever runs the tests: nobody else does, so it runs
 * as they do.
 */
const account = {};

/**
 * Starts a cluster of one's own, and waits until it takes connections.
 *
 *     const server = await startKafka();
 *     const backbone = kafka({ brokers: server.brokers });
 */
export async function startKafka(options: KafkaServerOptions = {}): Promise<KafkaServer> {
  const installation = findKafka();
  if (installation === undefined) throw new ServiceMissingError(kafka);
  const folder = makeFolder('thereupon-kafka-', account);
  const nodes = await Promise.all(
    Array.from({ length: options.nodes ?? 1 }, (_, index) => newNode(index + 1, folder, options)),
  );
  const running = new Map<number, GuardedProcess>();
  const start = async (): Promise<void> => {
    const absent = nodes.filter(({ id }) => running.get(id)?.hasExited() !== false);
    await Promise.all(
      absent.map(async (node) => void running.set(node.id, await begin(node, installation))),
    );
  };
  const end = async (by: 'SIGTERM' | 'SIGKILL', ids: readonly number[]): Promise<void> => {
    const ending = ids.flatMap((id) => running.get(id) ?? []);
    for (const id of ids) running.delete(id);
    for (const { pid } of ending) signal(pid, by);
    await Promise.all(ending.map((each) => each.exited()));
  };
  const all = nodes.map(({ id }) => id);
  const close = async (): Promise<void> => {
    await end('SIGKILL', all);
    removeFolder(folder);
  };
  try {
    await Promise.all(nodes.map((node) => format(node, nodes, options, installation)));
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  const host = options.host ?? '127.0.0.1';
  const brokers = nodes.map(({ advertisedPort }) => `${host}:${advertisedPort}`);
  return {
    brokers,
    url: `kafka://${brokers[0]}`,
    version: KAFKA_VERSION,
    log: () => nodes.map((node) => readFileSync(logOf(node), 'utf8')).join('\n'),
    stop: (node) => end('SIGTERM', node === undefined ? all : [node]),
    kill: (node) => end('SIGKILL', node === undefined ? all : [node]),
    start,
    tool: (name, args, input) => runTool(installation, [name, ...args], input),
    close,
  };
}

async function newNode(
  id: number,
  parent: string,
  { advertise, port: wanted }: KafkaServerOptions,
): Promise<KafkaNode> {
  const folder = join(parent, `node-${id}`);
  mkdirSync(folder);
  const port = await freePort(id === 1 ? wanted : undefined);
  const [internalPort, controllerPort] = [await freePort(), await freePort()];
  const advertisedPort = (await advertise?.(port)) ?? port;
  return { id, folder, port, advertisedPort, internalPort, controllerPort };
}

/** All nodes of a cluster must have the same; the clusters of a machine do not meet. */
const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg';

async function format(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  options: KafkaServerOptions,
  { java, classPath }: KafkaInstallation,
): Promise<void> {
  const file = writeProperties(node, nodes, options);
  const tool = [...JAVA, ...QUIET, '-cp', classPath, 'kafka.tools.StorageTool', 'format'];
  const { sasl } = options;
  const users =
    sasl === undefined
      ? []
      : ['--add-scram', `SCRAM-SHA-256=[name=${sasl.user},password=${sasl.password}]`];
  const args = [...tool, '--cluster-id', CLUSTER, '--config', file, ...users];
  await runProgram(java, args, { account, cwd: node.folder });
}

async function begin(
  node: KafkaNode,
  { java, classPath }: KafkaInstallation,
): Promise<GuardedProcess> {
  const log = logOf(node);
  // It is looked into before the process may have made it.
  appendFileSync(log, '');
  const from = statSync(log).size;
  const file = join(node.folder, 'server.properties');
  const command = [java, ...JAVA, ...QUIET, '-cp', classPath, 'kafka.Kafka', file];
  // To SIGQUIT a Java process answers with what its threads do, and goes on.
  const options = { account, folder: node.folder, log, lastSignal: 'KILL' } as const;
  const begun = await startGuarded(command, options);
  const until = performance.now() + startTimeoutMs;
  while (!readFileSync(log).subarray(from).includes(STARTED)) {
    if (begun.hasExited() || performance.now() > until)
      throw new Error(`Kafka did not start. It said:\n${readFileSync(log, 'utf8')}`);
    await delay(20);
  }
  return begun;
}

function logOf(node: KafkaNode): string {
  return join(node.folder, 'kafka.log');
}

function runTool(
  { java, classPath }: KafkaInstallation,
  [name, ...args]: readonly string[],
  input = '',
): Promise<string> {
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error';
  const command = [...JAVA, '-Dfile.encoding=UTF-8', quiet, '-cp', classPath];
  const child = spawn(java, [...command, name as string, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: toolTimeoutMs,
  });
  child.stdin.end(input);
  const said = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.error += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said.out);
      else reject(new Error(`${name} ended with ${code}:\n${said.out}${said.error}`));
    });
  });
}
