/**
 * Who may come in, and what they may do.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import {
  type Certificates,
  makeCertificates,
} from '../../../scripts/services/process/certificates.ts';
import { systemClock } from '../../host/clock.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { type KafkaOptions, kafka } from './kafka-backbone.ts';

const PLAIN_USERS =
  'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
  'user_root="right" user_shop="right";';

let certificates: Certificates;
let server: KafkaServer;
let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'thereupon-kafka-tools-'));
  certificates = makeCertificates('localhost');
  server = await startKafka({
    host: 'localhost',
    certificates,
    sasl: { user: 'root', password: 'right' },
    settings: {
      'listener.name.client.plain.sasl.jaas.config': PLAIN_USERS,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:root',
    },
  });
});
after(async () => {
  await server?.close();
  certificates?.remove();
  rmSync(folder, { recursive: true, force: true });
});

for (const mechanism of ['PLAIN', 'SCRAM-SHA-256'])
  test(`over TLS, ${mechanism} lets in who has the right password, and nobody else`, async (t) => {
    const sasl = { mechanism, username: 'root', password: 'right' };
    const { heard, place } = await scene(t, { prefix: mechanism, sasl });
    await place('o-1');
    await until(() => heard.length === 1);

    const wrong = { ...sasl, password: 'wrong' };

    assert.match(await whyNotIn({ sasl: wrong, tls: tls() }), /authentication failed/i);
  });

test('a broker is believed over TLS only when the authority that one trusts vouches for it', async () => {
  const sasl = { mechanism: 'PLAIN', username: 'root', password: 'right' };

  assert.match(await whyNotIn({ sasl, tls: {} }), /certificate/i);
});

test('the rights that the docs name are enough, and less are not', async (t) => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/kafka.md'), 'utf8');
  const lines = /```sh kafka\n([^`]*)```/.exec(docs)?.[1]?.trim().split('\n') ?? [];
  assert.equal(lines.length, 2, 'The docs have lost their rights.');
  const sasl = { mechanism: 'PLAIN', username: 'shop', password: 'right' };
  assert.match(await whyNotIn({ sasl, tls: tls() }), /authoriz/i);

  for (const line of lines) {
    const [, ...args] = line.split(' ');
    const where = ['--bootstrap-server', server.brokers.join(','), '--command-config', rootFile()];
    await server.tool('org.apache.kafka.tools.AclCommand', [...where, ...args]);
  }
  const { app, heard, place } = await scene(t, { prefix: 'thereupon', sasl });
  await place('o-1');
  await until(() => heard.length === 1);
  await app.stop();

  const said = await server.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    '--bootstrap-server',
    server.brokers.join(','),
    '--command-config',
    rootFile(),
    '--describe',
    '--group',
    'thereupon.ordering.listening',
  ]);
  assert.match(said, /thereupon\.ordering +\d +1 +1 +0 /);
});

function tls() {
  return { ca: readFileSync(certificates.authority) };
}

/** How Kafka's own tools come in. */
function rootFile(): string {
  const file = join(folder, 'root.properties');
  const module_ = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  writeFileSync(
    file,
    `security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=${module_} required username="root" password="right";
ssl.truststore.type=PEM
ssl.truststore.location=${certificates.authority}
`,
  );
  return file;
}

async function whyNotIn(options: Partial<KafkaOptions>): Promise<string> {
  const backbone = kafka({ brokers: server.brokers, ...options });
  const published = (): Promise<never> => Promise.reject(new Error('nobody reads a log here'));
  await backbone.start({ clock: systemClock(), published });
  const consumer = { consumer: 'x', source: 'ordering', contracts: [], marks: [] };
  try {
    await backbone.inlet(consumer);
    return 'it was let in';
  } catch (error) {
    return String(((error as Error).cause as Error).message);
  } finally {
    await backbone.close();
  }
}

async function scene(t: TestContext, options: Partial<KafkaOptions>) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = kafka({ brokers: server.brokers, tls: tls(), ...options });
  const app = await start(t, [ordering, context], { backbone });
  await app.settled();
  const place = async (orderId: string): Promise<void> => {
    await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  };
  return { app, heard, place };
}
