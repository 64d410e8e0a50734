/**
 * From one context to another when nothing else happens: a command publishes, and a reaction of
 * the other context begins. Each is sent when the one before has settled and some milliseconds
 * have passed. Measured from the call of `app.handle` (so the durable append is in it), and from
 * its answer: what a caller is ahead of the reaction. Negative there: the reaction was first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { aggregate, boundedContext, contract, embedded, publish, run, whenever } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { z } from 'zod';
import { type Benchmark, scaled } from './benchmark.ts';
import { quantile } from './figure.ts';

const PAUSE_MS = 5;
const WARM_UP = 50;

export const latency: Benchmark = {
  name: 'latency',
  about: "publish to another context's handler when idle, p50 and p99",
  async measure(setting) {
    const messages = scaled(setting, 500, 20);
    const runs: Latencies[] = [];
    setting.progress(`${messages} messages a run, ${PAUSE_MS} ms apart`);
    for (let round = 0; round < setting.runs; round += 1)
      runs.push(await sendOneByOne(`${setting.directory}/${round}`, messages));
    const metric = (name: string, part: number, from: keyof Latencies) => ({
      metric: name,
      unit: 'ms',
      values: runs.map((measured) => quantile(measured[from], part)),
    });
    return [
      metric('from the call of handle, p50', 0.5, 'fromCall'),
      metric('from the call of handle, p99', 0.99, 'fromCall'),
      metric('from the answer of handle, p50', 0.5, 'fromAnswer'),
      metric('from the answer of handle, p99', 0.99, 'fromAnswer'),
    ];
  },
};

interface Latencies {
  readonly fromCall: number[];
  readonly fromAnswer: number[];
}

type Rang = { readonly type: 'Rang'; readonly data: { readonly ring: number } };

async function sendOneByOne(directory: string, messages: number): Promise<Latencies> {
  let heard: (at: number) => void = () => undefined;
  const contexts = bellAndEar(() => heard(performance.now()));
  const app = await run([contexts.bells, contexts.ears], {
    store: sqlite(directory),
    backbone: embedded(),
  });
  const latencies: Latencies = { fromCall: [], fromAnswer: [] };
  for (let ring = 0; ring < WARM_UP + messages; ring += 1) {
    const hearing = new Promise<number>((resolve) => (heard = resolve));
    const called = performance.now();
    await app.handle(contexts.bell, 'b-1', { type: 'Ring', data: { ring } });
    const answered = performance.now();
    const at = await hearing;
    if (ring >= WARM_UP) {
      latencies.fromCall.push(at - called);
      latencies.fromAnswer.push(at - answered);
    }
    await app.settled();
    await sleep(PAUSE_MS);
  }
  await app.stop();
  return latencies;
}

function bellAndEar(onRing: () => void) {
  const bell = aggregate({
    name: 'bell',
    initial: { rings: 0 },
    decide: (command: { type: 'Ring'; data: { ring: number } }): readonly Rang[] => [
      { type: 'Rang', data: command.data },
    ],
    evolve: (state: { readonly rings: number }, event: Rang) =>
      event.type === 'Rang' ? { rings: state.rings + 1 } : state,
  });
  const BellRang = contract('bells.BellRang', {
    version: 1,
    schema: z.object({ ring: z.number() }),
    key: () => 'b-1',
  });
  const bells = boundedContext('bells', {
    aggregates: [bell],
    publishes: [publish(BellRang, bell, 'Rang', (event) => event.data)],
  });
  const ears = boundedContext('ears', { reactions: [whenever('listen', BellRang, onRing)] });
  return { bell, bells, ears };
}
