import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaServerOptions } from './server-options.ts';

/** One broker of a cluster, which is a controller, too. */
export interface KafkaNode {
  readonly id: number;
  readonly folder: string;
  /** Where clients come in. */
  readonly port: number;
  /** Where clients are told that they come in: the same, or what leads there. */
  readonly advertisedPort: number;
  readonly internalPort: number;
  readonly controllerPort: number;
}

/** Writes the configuration of a node into its folder, and answers with the file. */
export function writeProperties(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  options: KafkaServerOptions,
): string {
  const { settings = {}, sasl, certificates } = options;
  const replicas = nodes.length;
  const protocol = [...(sasl === undefined ? [] : ['SASL']), certificates ? 'SSL' : 'PLAINTEXT'];
  const host = options.host ?? '127.0.0.1';
  const voters = nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`);
  const properties: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INTERNAL',
    listeners:
      `CLIENT://127.0.0.1:${node.port},INTERNAL://127.0.0.1:${node.internalPort},` +
      `CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `CLIENT://${host}:${node.advertisedPort},INTERNAL://127.0.0.1:${node.internalPort}`,
    'listener.security.protocol.map': `CLIENT:${protocol.join('_')},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'log.dirs': join(node.folder, 'data'),
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.num.partitions': 1,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.min(2, replicas),
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.min(2, replicas),
    // Whoever comes back after a kill is waited for until nobody can be the one from before.
    'broker.session.timeout.ms': 1_000,
    'broker.heartbeat.interval.ms': 200,
    'controller.quorum.election.timeout.ms': 300,
    'controller.quorum.election.backoff.max.ms': 300,
    // A test's broker shares the machine with others.
    'num.io.threads': 2,
    'num.network.threads': 2,
    'background.threads': 1,
    ...(sasl === undefined ? {} : saslProperties(sasl)),
    ...(certificates === undefined ? {} : tlsProperties(certificates, node.folder)),
    ...settings,
  };
  const file = join(node.folder, 'server.properties');
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

/** Users of SCRAM are written into the data when it is made; those of PLAIN stand here. */
function saslProperties({ user, password }: KafkaServerOptions['sasl'] & {}) {
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
  return {
    'listener.name.client.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
    'listener.name.client.plain.sasl.jaas.config': `${plain} required user_${user}="${password}";`,
    'listener.name.client.scram-sha-256.sasl.jaas.config': `${scram} required;`,
  };
}

/** Java wants a server's key and certificate in one file. */
function tlsProperties(
  { authority, certificate, key }: KafkaServerOptions['certificates'] & {},
  folder: string,
) {
  const store = join(folder, 'server.pem');
  writeFileSync(store, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
  copyFileSync(authority, join(folder, 'ca.pem'));
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': store,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
  };
}
