/**
 * A broker that is gone for a minute while a context publishes: what its callers feel of that, and how
 * long it takes after the end until all of it has been heard, each message once, those of a key in order.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { type Benchmark, type Measurement, scaled, type Setting } from '../benchmark.ts';
import { quantile } from '../figure.ts';
import type { Broker } from './broker.ts';
import { bellsAndEars, KEYS, ringOf } from './contexts.ts';

/** A ring each so many milliseconds: a hundred a second. */
const PAUSE_MS = 10;
/** In peace, before. */
const BEFORE_MS = 10_000;
/** RabbitMQ 3.10 may not find who leads a queue again that it made within a second of its end. */
const BEFORE_MS_MIN = 3_000;
const OUTAGE_MS = 60_000;

export function outage(broker: Broker): Benchmark {
  return {
    name: `${broker.name}-outage`,
    about: `100 messages a second while ${broker.name} is gone for a minute (kill -9)`,
    async measure(setting) {
      const rounds: Round[] = [];
      for (let round = 0; round < setting.runs; round += 1) {
        setting.progress(`${scaled(setting, OUTAGE_MS, 500)} ms without ${broker.name}`);
        rounds.push(await through(broker, setting, `round${round}`));
      }
      return measurements(rounds);
    },
  };
}

interface Round {
  /** How long each call took, in milliseconds. */
  readonly before: readonly number[];
  readonly during: readonly number[];
  /** From the start of the broker until it took connections, and until all was heard. */
  readonly startedMs: number;
  readonly recoveredMs: number;
  readonly behind: number;
}

async function through(broker: Broker, setting: Setting, name: string): Promise<Round> {
  const server = await broker.start();
  const heard = new Map<string, number[]>();
  let count = 0;
  const { bell, bells, ears } = bellsAndEars(({ data: { ring } }) => {
    const key = `b-${ring % KEYS}`;
    heard.set(key, [...(heard.get(key) ?? []), ring]);
    count += 1;
  });
  const app = await run([bells, ears], {
    store: sqlite(`${setting.directory}/${name}`),
    backbone: broker.backbone(server.url, name),
    // An outage is what it is about.
    logger: { log: () => undefined },
  });
  let rings = 0;
  const ringFor = async (ms: number): Promise<number[]> => {
    const took: number[] = [];
    const end = performance.now() + ms;
    while (performance.now() < end) {
      const ring = (rings += 1);
      const begun = performance.now();
      await app.handle(bell, `b-${ring % KEYS}`, { type: 'Ring', data: ringOf(ring) });
      took.push(performance.now() - begun);
      await delay(Math.max(0, PAUSE_MS - (performance.now() - begun)));
    }
    return took;
  };
  try {
    const before = await ringFor(scaled(setting, BEFORE_MS, BEFORE_MS_MIN));
    await server.kill();
    const during = await ringFor(scaled(setting, OUTAGE_MS, 500));
    const behind = rings - count;
    const begun = performance.now();
    await server.start();
    const startedMs = performance.now() - begun;
    while (count < rings) await delay(1);
    const recoveredMs = performance.now() - begun;
    await app.settled();
    assertAllOnce(heard, rings);
    return { before, during, startedMs, recoveredMs, behind };
  } finally {
    await app.stop();
    await server.close();
  }
}

function assertAllOnce(heard: ReadonlyMap<string, readonly number[]>, rings: number): void {
  for (const [key, ofKey] of heard)
    assert.deepEqual(
      ofKey,
      [...new Set(ofKey)].toSorted((a, b) => a - b),
      `${key} out of order`,
    );
  const all = [...heard.values()].reduce((sum, ofKey) => sum + ofKey.length, 0);
  assert.equal(all, rings);
}

function measurements(rounds: readonly Round[]): readonly Measurement[] {
  const of = (metric: string, unit: string, value: (round: Round) => number): Measurement => ({
    metric,
    unit,
    values: rounds.map((round) => value(round)),
  });
  return [
    of('a call before, p99', 'ms', ({ before }) => quantile(before, 0.99)),
    of('a call during the outage, p99', 'ms', ({ during }) => quantile(during, 0.99)),
    of('messages that waited at its end', 'messages', ({ behind }) => behind),
    of('from its start until the broker took connections', 'ms', ({ startedMs }) => startedMs),
    of('from its start until all was heard', 'ms', ({ recoveredMs }) => recoveredMs),
  ];
}
