/**
 * What a broker between contexts costs, beside its bare client: handing over what a log holds, and taking in
 * what a broker holds.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Application, run } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { attributesOf } from '../../src/backbone/cloud-event.ts';
import { envelopeOf } from '../../src/backbone/envelope-of-record.ts';
import type { NewRecord } from '../../src/log/record.ts';
import { type Benchmark, type Measurement, scaled, type Setting } from '../benchmark.ts';
import { fillLog } from '../fill-log.ts';
import { secondsFor } from '../stopwatch.ts';
import { type Broker, type Headers, settingsOf } from './broker.ts';
import { brokers } from './brokers.ts';
import { bellsAndEars, KEYS, LISTENING, ringOf } from './contexts.ts';
import { handingOver } from './handing-over.ts';
import { outage } from './outage.ts';

const LOOK_MS = 2;

export const brokerBenchmarks: readonly Benchmark[] = brokers.flatMap((broker) => [
  relaying(broker),
  takingIn(broker),
  handingOver(broker),
  outage(broker),
]);

function relaying(broker: Broker): Benchmark {
  return {
    name: `${broker.name}-relay`,
    about: `what a log holds handed over to ${broker.name}, confirmed`,
    measure: (setting) =>
      rates(setting, broker, 'messages of 200 bytes handed over', async (url, name, count) => ({
        own: await relayed(broker, `${setting.directory}/${name}`, { url, name, count }),
        raw: await barePublished(broker, url, name, count, {}),
        // Two thirds of a message are its attributes: this says what handing over itself costs.
        alike: await barePublished(broker, url, `${name}alike`, count, headersOf(count)),
      })),
  };
}

/** What CloudEvents says of each message. */
function headersOf(count: number): Headers {
  const [record] = outgoing(1);
  if (record === undefined) return {};
  const attributes = attributesOf(envelopeOf({ ...record, position: count }));
  return Object.fromEntries(Object.entries(attributes).map(([name, text]) => [`ce-${name}`, text]));
}

function takingIn(broker: Broker): Benchmark {
  return {
    name: `${broker.name}-intake`,
    about: `what ${broker.name} holds taken in: validated, appended, acknowledged`,
    measure: (setting) =>
      rates(setting, broker, 'messages of 200 bytes taken in', async (url, name, count) => ({
        own: await takenIn(broker, `${setting.directory}/${name}`, { url, name, count }),
        raw: await bareConsumed(broker, url, name, count),
      })),
  };
}

async function rates(
  setting: Setting,
  broker: Broker,
  metric: string,
  measure: (url: string, name: string, count: number) => Promise<Seconds>,
): Promise<readonly Measurement[]> {
  const count = scaled(setting, 50_000, 100);
  const values: number[] = [];
  const raw: number[] = [];
  const alike: number[] = [];
  const { url, close } = await broker.start();
  try {
    setting.progress(`${count} messages a run; ${settingsOf(broker)}`);
    for (let round = 0; round < setting.runs; round += 1) {
      const seconds = await measure(url, `round${round}`, count);
      values.push(count / seconds.own);
      raw.push(count / seconds.raw);
      if (seconds.alike !== undefined) alike.push(count / seconds.alike);
    }
  } finally {
    await close();
  }
  const unit = 'events/s';
  const beside = { metric: `${metric}, bare with the same headers`, unit, values, raw: alike };
  return [{ metric, unit, values, raw }, ...(alike.length === 0 ? [] : [beside])];
}

/** How long it took: ours, the bare client, and that with the headers that ours have. */
interface Seconds {
  readonly own: number;
  readonly raw: number;
  readonly alike?: number;
}

interface Round {
  readonly url: string;
  readonly name: string;
  readonly count: number;
}

/** From the start of the application until its relay has nothing left, in seconds. */
async function relayed(broker: Broker, directory: string, round: Round): Promise<number> {
  const { bells, ears } = bellsAndEars(() => undefined);
  await fillLog(directory, 'bells', outgoing(round.count));
  return secondsFor(async () => {
    const app = await run([bells, ears], {
      store: sqlite(directory),
      backbone: broker.backbone(round.url, round.name),
      only: ['bells'],
    });
    await app.settled({ timeoutMs: 600_000 });
    await app.stop();
  });
}

/**
 * What was handed over in peace, until all of it is in the log of the other context. Who listens there is paused: what
 * handling costs is not asked here.
 */
async function takenIn(broker: Broker, directory: string, round: Round): Promise<number> {
  const { bells, ears } = bellsAndEars(() => undefined);
  const listen = (): Promise<Application> =>
    run([bells, ears], {
      store: sqlite(directory),
      backbone: broker.backbone(round.url, round.name),
      only: ['ears'],
    });
  const first = await listen();
  await first.pause(ears, LISTENING, { who: 'benchmark', why: 'only taking in is measured' });
  await first.stop();
  await relayed(broker, directory, round);
  return secondsFor(async () => {
    const app = await listen();
    const reader = await sqlite(directory).reader('ears');
    while ((await reader.head()) < round.count) await delay(LOOK_MS);
    await reader.close();
    await app.stop();
  });
}

function* outgoing(count: number): Iterable<NewRecord> {
  const at = Date.now();
  for (let ring = 1; ring <= count; ring += 1) {
    const id = `ring-${ring}`;
    yield {
      id,
      direction: 'outgoing',
      stream: null,
      version: null,
      type: 'bells.BellRang',
      schemaVersion: 1,
      source: 'bells',
      key: `b-${ring % KEYS}`,
      data: JSON.stringify(ringOf(ring)),
      occurredAt: at,
      recordedAt: at,
      correlationId: id,
      causationId: id,
      traceparent: null,
      metadata: null,
    };
  }
}

async function barePublished(
  broker: Broker,
  url: string,
  name: string,
  count: number,
  headers: Headers,
): Promise<number> {
  const client = await broker.bare(url, `bare${name}`);
  const seconds = await secondsFor(() => client.publish(texts(count), headers));
  await client.close();
  return seconds;
}

async function bareConsumed(
  broker: Broker,
  url: string,
  name: string,
  count: number,
): Promise<number> {
  const client = await broker.bare(url, `bare${name}`);
  await client.publish(texts(count));
  const seconds = await secondsFor(() => client.consume(count));
  await client.close();
  return seconds;
}

function texts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, ring) => JSON.stringify(ringOf(ring)));
}
