/** A broker of the proof's own: of three servers, where one of three may go. */
import { setTimeout as wait } from 'node:timers/promises';
import { startKafka } from '../../scripts/services/kafka.ts';
import { startNats } from '../../scripts/services/nats.ts';
import { startRabbitmq } from '../../scripts/services/rabbitmq.ts';
import { OptionError } from './option-error.ts';

const SERVERS = 3;
const LOOK_MS = 500;

export interface ProofBroker {
  readonly url: string;
  /** By SIGKILL, all of it, and started again. */
  readonly restart: () => Promise<void>;
  /** Starts the one that is away, and ends the next one; only where there are several. */
  readonly endNext?: () => Promise<number>;
  readonly close: () => Promise<void>;
}

const starters: Readonly<Record<string, () => Promise<ProofBroker>>> = {
  nats: async () => {
    const server = await startNats({ nodes: SERVERS });
    return { ...inTurn(server), url: server.urls.join(',') };
  },
  kafka: async () => {
    const server = await startKafka({ nodes: SERVERS });
    const isInSync = async (): Promise<boolean> => {
      const asked = ['--bootstrap-server', server.brokers.join(','), '--describe'];
      const behind = await server.tool('org.apache.kafka.tools.TopicCommand', [
        ...asked,
        '--under-replicated-partitions',
      ]);
      return behind.trim() === '';
    };
    return {
      ...inTurn(server, isInSync),
      url: server.brokers.map((each) => `kafka://${each}`).join(','),
    };
  },
  rabbitmq: async () => {
    const server = await startRabbitmq();
    return { url: server.url, restart: () => restart(server), close: server.close };
  },
};

/** @throws {OptionError} for one that is not known. */
export async function startBroker(option: string, name: string): Promise<ProofBroker> {
  const start = Object.hasOwn(starters, name) ? starters[name] : undefined;
  if (start === undefined)
    throw new OptionError(option, `takes ${Object.keys(starters).join(', ')}, not "${name}"`);
  return start();
}

interface Server {
  readonly kill: (node?: number) => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** `isInSync`: whether those that run have all that the others have, so that one of them may go. */
function inTurn(
  server: Server,
  isInSync: () => Promise<boolean> = async () => true,
): Omit<ProofBroker, 'url'> {
  let ended = 0;
  return {
    restart: () => restart(server),
    endNext: async () => {
      await server.start();
      while (!(await isInSync())) await wait(LOOK_MS);
      ended += 1;
      const node = ((ended - 1) % SERVERS) + 1;
      await server.kill(node);
      return node;
    },
    close: server.close,
  };
}

async function restart({ kill, start }: Server): Promise<void> {
  await kill();
  await start();
}
