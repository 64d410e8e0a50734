/**
 * When nothing else happens: from a commit to the handler of another context over a broker, with both contexts in
 * one process, and with each in one of its own; beside the bare client, from handing over to hearing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { run } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { type Benchmark, type Measurement, scaled } from '../benchmark.ts';
import { quantile } from '../figure.ts';
import { machineMs, OtherProcess } from '../other-process.ts';
import { type Broker, settingsOf } from './broker.ts';
import { bellsAndEars, ringOf } from './contexts.ts';

const WARM_UP = 50;
const PAUSE_MS = 10;

export function handingOver(broker: Broker): Benchmark {
  return {
    name: `${broker.name}-latency`,
    about: `from a commit to the handler of another context over ${broker.name} when idle, p50 and p99`,
    async measure(setting) {
      const rings = scaled(setting, 500, 20);
      const runs: Latencies[] = [];
      const { url, close } = await broker.start();
      try {
        setting.progress(`${rings} messages a run, ${PAUSE_MS} ms apart; ${settingsOf(broker)}`);
        for (let round = 0; round < setting.runs; round += 1) {
          const place = (name: string): Place => {
            const prefix = `${name}${round}`;
            return { url, prefix, directory: `${setting.directory}/${prefix}` };
          };
          runs.push({
            together: await inOneProcess(broker, place('together'), rings),
            apart: await inTwoProcesses(broker, place('apart'), rings),
            bare: await barely(broker, url, `bare${round}`, rings),
          });
        }
      } finally {
        await close();
      }
      return [...measurements(runs, 'p50', 0.5), ...measurements(runs, 'p99', 0.99)];
    },
  };
}

interface Place {
  readonly url: string;
  readonly prefix: string;
  readonly directory: string;
}

/** In milliseconds: both contexts in one process, each in one of its own, and the bare client. */
interface Latencies {
  readonly together: readonly number[];
  readonly apart: readonly number[];
  readonly bare: readonly number[];
}

function measurements(runs: readonly Latencies[], part: string, of: number): Measurement[] {
  const raw = runs.map(({ bare }) => quantile(bare, of));
  return [
    {
      metric: `from the answer of the commit, ${part}`,
      unit: 'ms',
      values: runs.map(({ together }) => quantile(together, of)),
      raw,
    },
    {
      metric: `the same, each context in its own process, ${part}`,
      unit: 'ms',
      values: runs.map(({ apart }) => quantile(apart, of)),
      raw,
    },
  ];
}

async function inOneProcess(broker: Broker, place: Place, rings: number): Promise<number[]> {
  const hearing = new Hearing();
  const { bell, bells, ears } = bellsAndEars(() => hearing.heard(machineMs()));
  const { url, prefix, directory } = place;
  const app = await run([bells, ears], {
    store: sqlite(directory),
    backbone: broker.backbone(url, prefix),
  });
  const ring = async (count: number): Promise<number> => {
    await app.handle(bell, 'b-1', { type: 'Ring', data: ringOf(count) });
    return machineMs();
  };
  const latencies = await oneByOne(rings, hearing, ring, () => app.settled());
  await app.stop();
  return latencies;
}

async function inTwoProcesses(broker: Broker, place: Place, rings: number): Promise<number[]> {
  const hearing = new Hearing();
  const { url, prefix, directory } = place;
  const { bell, bells, ears } = bellsAndEars(() => undefined);
  const app = await run([bells, ears], {
    store: sqlite(directory),
    backbone: broker.backbone(url, prefix),
    only: ['bells'],
  });
  const given = [broker.name, url, prefix, directory];
  const child = 'brokers/hearing-child.ts';
  const other = await OtherProcess.start<{ atMs: number }>(child, given, ({ atMs }) =>
    hearing.heard(atMs),
  );
  const ring = async (count: number): Promise<number> => {
    await app.handle(bell, 'b-1', { type: 'Ring', data: ringOf(count) });
    return machineMs();
  };
  try {
    return await oneByOne(rings, hearing, ring, () => app.settled());
  } finally {
    await other.end();
    await app.stop();
  }
}

async function barely(
  broker: Broker,
  url: string,
  name: string,
  rings: number,
): Promise<readonly number[]> {
  const client = await broker.bare(url, name);
  const hearing = new Hearing();
  await client.listen(() => hearing.heard(machineMs()));
  const ring = async (count: number): Promise<number> => {
    const begun = machineMs();
    await client.publish([JSON.stringify(ringOf(count))]);
    return begun;
  };
  const latencies = await oneByOne(rings, hearing, ring, async () => undefined);
  await client.close();
  return latencies;
}

/** From when each ring says that it was there, until it was heard; the first ones are not counted. */
async function oneByOne(
  rings: number,
  hearing: Hearing,
  ring: (count: number) => Promise<number>,
  settled: () => Promise<unknown>,
): Promise<number[]> {
  const latencies: number[] = [];
  for (let count = 0; count < WARM_UP + rings; count += 1) {
    const next = hearing.next();
    const from = await ring(count);
    const latency = (await next) - from;
    if (count >= WARM_UP) latencies.push(latency);
    await settled();
    await delay(PAUSE_MS);
  }
  return latencies;
}

/** Who waits for the next ring. */
class Hearing {
  heard: (atMs: number) => void = () => undefined;

  next(): Promise<number> {
    return new Promise((resolve) => (this.heard = resolve));
  }
}
