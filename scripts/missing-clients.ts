/**
 * Applications that name a server whose client is not installed: what each is told when it starts. They are made in a
 * project that has the package, and none of what it may be used with.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

interface MissingClient {
  /** Of the package, without its name. */
  readonly door: string;
  /** What goes to `run`. */
  readonly option: string;
  readonly code: string;
  readonly install: string;
}

const CLIENTS: readonly MissingClient[] = [
  {
    door: 'nats',
    option: "store: memory(), backbone: nats('nats://127.0.0.1:1')",
    code: 'nats-client-missing',
    install: 'npm install @nats-io/transport-node @nats-io/jetstream',
  },
  {
    door: 'rabbitmq',
    option: "store: memory(), backbone: rabbitmq('amqp://127.0.0.1:1')",
    code: 'rabbitmq-client-missing',
    install: 'npm install amqplib',
  },
  {
    door: 'kafka',
    option: "store: memory(), backbone: kafka('127.0.0.1:1')",
    code: 'kafka-client-missing',
    install: 'npm install @platformatic/kafka',
  },
  {
    door: 'postgres',
    option: "store: postgres('postgres://127.0.0.1:1/shop')",
    code: 'postgres-client-missing',
    install: 'npm install pg',
  },
];

/** Writes an application for each client; those are to be started by `startWithoutClients`. */
export function writeWithoutClients(consumer: string): void {
  for (const client of CLIENTS)
    writeFileSync(join(consumer, fileOf(client)), applicationOf(client));
}

/** Starts each of them, and looks whether it says what is missing, and what to do about it. */
export function startWithoutClients(consumer: string): void {
  for (const client of CLIENTS) {
    const { door, code, install } = client;
    const said = runCommand(`start without the client of ${door}`, consumer, process.execPath, [
      fileOf(client),
    ]);
    const error = JSON.parse(said) as { code?: string; message?: string };
    assert.equal(error.code, code);
    assert.ok(error.message?.includes(install), `${code} does not say "${install}": ${said}`);
  }
}

function fileOf({ door }: MissingClient): string {
  return `without-${door}.ts`;
}

function applicationOf({ door, option }: MissingClient): string {
  return `import { boundedContext, run } from 'thereupon';
import { memory } from 'thereupon/memory';
import { ${door} } from 'thereupon/${door}';

void memory;
try {
  await run([boundedContext('ordering', {})], { ${option} });
  console.log('{}');
} catch (error) {
  const { code, message } = error as { code?: string; message?: string };
  console.log(JSON.stringify({ code, message }));
}
process.exit();
`;
}
