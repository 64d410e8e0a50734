/**
 * The tables of `docs/backbones.md`: what the backbones say of themselves, and which scenarios of `testBackbone`
 * that has them skip; all others are required of each by its tests.
 *
 *     node -C thereupon-source scripts/documentation/backbone-promises.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafka } from '../../src/adapters/kafka/kafka-backbone.ts';
import { nats } from '../../src/adapters/nats/nats-backbone.ts';
import { rabbitmq } from '../../src/adapters/rabbitmq/rabbitmq-backbone.ts';
import type { Backbone, Capabilities } from '../../src/backbone/backbone.ts';
import { embedded } from '../../src/backbone/log-to-log.ts';
import { SCENARIOS } from '../../src/conformance/backbone.ts';
import type { BackboneSubject } from '../../src/conformance/backbone/backbone-subject.ts';
import { Scene, type Scenario } from '../../src/conformance/backbone/scene.ts';
import { systemHost } from '../../src/host/host.ts';
import type { Store } from '../../src/log/store.ts';

export const page = join(import.meta.dirname, '..', '..', 'docs', 'backbones.md');

const backbones: readonly (readonly [string, Backbone])[] = [
  ['log to log', embedded()],
  ['NATS JetStream', nats({})],
  ['RabbitMQ', rabbitmq({})],
  ['Kafka', kafka('localhost')],
];

const ROWS: readonly (readonly [string, (capabilities: Capabilities) => string])[] = [
  ['order', ({ order }) => (order === 'log' ? 'all of a publisher' : `by ${order}`)],
  ['replay to who comes later', ({ replay }) => yesOrNo(replay)],
  [
    'a confirmed message survives a power cut of the only server',
    ({ confirmed }) =>
      confirmed === 'synced'
        ? 'yes: it is synced'
        : 'not the last moments: it is written, not synced',
  ],
  ['keys dealt out over partitions', ({ partitions = false }) => yesOrNo(partitions)],
  ['delays deliveries itself (timers are the log’s)', ({ delay = false }) => yesOrNo(delay)],
  [
    'largest message, as its servers come',
    ({ bytesMax }) =>
      bytesMax === undefined ? 'as large as a record' : `${Math.floor(bytesMax / 1_048_576)} MiB`,
  ],
  [
    'keeps a message once that is handed over twice',
    ({ dedupeWindowMs }) =>
      dedupeWindowMs === undefined
        ? 'no: intake does'
        : `for ${dedupeWindowMs / 1_000} s; then intake does`,
  ],
];

/** The page with its tables made anew. */
export async function withTables(text: string): Promise<string> {
  const promises = await promisesTable();
  return text
    .replace(between('capabilities'), `$1\n\n${capabilitiesTable()}\n\n$2`)
    .replace(between('promises'), `$1\n\n${promises}\n\n$2`);
}

function between(name: string): RegExp {
  return new RegExp(`(<!-- ${name}: made by .*? -->)[^]*?(<!-- end of ${name} -->)`);
}

function capabilitiesTable(): string {
  return table([
    ['', ...backbones.map(([title]) => title)],
    ...ROWS.map(([what, say]) => [what, ...backbones.map(([, each]) => say(each.capabilities))]),
  ]);
}

async function promisesTable(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(SCENARIOS).map(async ([promise, scenario]) => {
      const said = backbones.map(
        async ([, backbone]) => (await whySkipped(scenario, backbone)) ?? 'held',
      );
      return [promise, ...(await Promise.all(said))];
    }),
  );
  return table([['scenario of `testBackbone`', ...backbones.map(([title]) => title)], ...rows]);
}

/** A scenario asks first whether it can be played. Here it gets no further. */
async function whySkipped(scenario: Scenario, real: Backbone): Promise<string | undefined> {
  let why: string | undefined;
  const scene = new Scene(subjectLike(real), systemHost(), (said) => (why = said));
  await scenario(scene).catch(() => undefined);
  return why;
}

/** What its test gives the suite, with nothing behind it. */
function subjectLike(real: Backbone): BackboneSubject {
  const { name, capabilities } = real;
  const probe = real.probe === undefined ? undefined : nothingHere;
  const backbone = { name, capabilities, outlet: nothingHere, inlet: nothingHere, probe } as never;
  const store = { open: nothingHere } as unknown as Store;
  const subject = { backbone, another: nowhere, store, close: nothingHere };
  return name === 'embedded' ? subject : { ...subject, ...PROBES_OF_BROKERS };
}

type OfAll = 'backbone' | 'another' | 'store' | 'close';

/** Their tests give all that there is; the compiler says where one was forgotten, there and here. */
const PROBES_OF_BROKERS: Required<Omit<BackboneSubject, OfAll>> = {
  cut: nothingHere,
  loseAnswers: { begin: nothingHere, end: nothingHere },
  outage: { begin: nothingHere, end: nothingHere },
  elsewhere: { module: '', argument: undefined },
  bytesMax: 1,
  stranger: nothingHere,
  held: nothingHere,
};

async function nothingHere(): Promise<never> {
  throw new Error('There is nothing here to play with.');
}

function nowhere(): never {
  throw new Error('There is nothing here to connect to.');
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no';
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) writeFileSync(page, await withTables(readFileSync(page, 'utf8')));
