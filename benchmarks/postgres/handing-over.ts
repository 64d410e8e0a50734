/**
 * When nothing else happens: from a commit in one process to the beginning of its handler in
 * another one, beside a bare notification that one process sends by `pg_notify` and another one,
 * which listens, hears. A bare one needs no commit on the disk and reads nothing, so ours are
 * measured from the answer of the commit; from its call, too, for whoever wants to know.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { run } from 'thereupon';
import { postgres } from 'thereupon/postgres';
import { systemHost } from '../../src/host/host.ts';
import { Committer } from '../../src/log/committer.ts';
import type { NewRecord } from '../../src/log/record.ts';
import { type Benchmark, type Measurement, scaled } from '../benchmark.ts';
import { quantile } from '../figure.ts';
import { bellsAndEars } from './bells.ts';
import { inDatabase, onServer } from './measured-server.ts';
import { machineMs, OtherProcess } from '../other-process.ts';

const PAUSE_MS = 20;
const WARM_UP = 50;

export const handingOver: Benchmark = {
  name: 'postgres-latency',
  about: 'from a commit to the handler in another process when idle, p50 and p99',
  measure: (setting) =>
    onServer(setting, async (server) => {
      const rings = scaled(setting, 500, 20);
      setting.progress(`${rings} hand-overs a run, ${PAUSE_MS} ms apart`);
      const runs: Record<Kind, Latencies[]> = { bare: [], chimes: [], ears: [] };
      for (let round = 0; round < setting.runs; round += 1)
        for (const kind of KINDS)
          runs[kind].push(await inDatabase(server, (url) => measureKind(kind, url, rings)));
      return measurementsOf(runs);
    }),
};

const KINDS = ['bare', 'chimes', 'ears'] as const;
type Kind = (typeof KINDS)[number];

interface Latencies {
  readonly fromCall: number[];
  readonly fromAnswer: number[];
}

function measurementsOf(runs: Record<Kind, Latencies[]>): Measurement[] {
  const of = (kind: Kind, from: keyof Latencies, part: number) =>
    runs[kind].map((measured) => quantile(measured[from], part));
  return [['p50', 0.5] as const, ['p99', 0.99] as const].flatMap(([name, part]) => {
    const unit = 'ms';
    const raw = of('bare', 'fromCall', part);
    const metric = (about: string, kind: Kind, from: keyof Latencies) => ({
      metric: `${about}, ${name}`,
      unit,
      values: of(kind, from, part),
      raw,
    });
    return [
      { metric: `bare notification, ${name}`, unit, values: raw },
      metric('own event, from the answer', 'chimes', 'fromAnswer'),
      metric("another context's message, from the answer", 'ears', 'fromAnswer'),
      metric('own event, from the call', 'chimes', 'fromCall'),
      metric("another context's message, from the call", 'ears', 'fromCall'),
    ];
  });
}

/** Somebody who rings a bell that the other process hears. */
interface Ringing {
  ring(ring: number): Promise<unknown>;
  stop(): Promise<void>;
}

async function measureKind(kind: Kind, url: string, rings: number): Promise<Latencies> {
  let heard: (atMs: number) => void = () => undefined;
  const ringing = await RINGING[kind](url);
  const other = await OtherProcess.start<{ atMs: number }>(
    'postgres/hearing-child.ts',
    [kind, url],
    (told) => heard(told.atMs),
  );
  const latencies: Latencies = { fromCall: [], fromAnswer: [] };
  try {
    for (let ring = 0; ring < WARM_UP + rings; ring += 1) {
      const hearing = new Promise<number>((resolve) => (heard = resolve));
      const called = machineMs();
      await ringing.ring(ring);
      const answered = machineMs();
      const at = await hearing;
      if (ring >= WARM_UP) {
        latencies.fromCall.push(at - called);
        latencies.fromAnswer.push(at - answered);
      }
      await delay(PAUSE_MS);
    }
  } finally {
    await other.end();
    await ringing.stop();
  }
  return latencies;
}

const RINGING: Record<Kind, (url: string) => Promise<Ringing>> = {
  async bare(url) {
    const client = new Client(url);
    await client.connect();
    const text = "select pg_notify('bell', $1)";
    return {
      ring: (ring) => client.query({ name: 'ring', text, values: [String(ring)] }),
      stop: () => client.end(),
    };
  },
  /** Past the runtime, which would handle a share of its own events in this process. */
  async chimes(url) {
    const { ids, clock } = systemHost();
    const log = await postgres(url).open('chimes');
    const committer = new Committer(log, clock);
    const ring = (ring: number): Promise<unknown> =>
      committer.commit({ records: [rang(ring, ids.next(), clock.now())] });
    return { ring, stop: () => log.close() };
  },
  async ears(url) {
    const { bell, bells, ears } = bellsAndEars(() => undefined);
    const app = await run([bells, ears], { store: postgres(url), only: ['bells'] });
    return {
      ring: (ring) => app.handle(bell, 'b-1', { type: 'Ring', data: { ring } }),
      stop: () => app.stop(),
    };
  },
};

function rang(ring: number, id: string, now: number): NewRecord {
  return {
    id,
    direction: 'domain',
    stream: 'bell/b-1',
    version: ring + 1,
    type: 'Rang',
    schemaVersion: 1,
    key: 'b-1',
    data: JSON.stringify({ ring }),
    source: 'chimes',
    occurredAt: now,
    recordedAt: now,
    correlationId: id,
    causationId: id,
    traceparent: null,
    metadata: null,
  };
}
