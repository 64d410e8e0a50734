/**
 * Two processes share the work on a context, and one of them ends. It is stopped in its tracks while
 * a backlog is appended, and the other one does its own share of it; what is left was the first
 * one's. Measured is from its end to when the other one has begun with that, and has done all of it.
 * Killed, its connection ends and that is seen at once; left standing still, its lease must run out.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { postgres } from 'thereupon/postgres';
import type { Log } from '../../src/log/log.ts';
import type { NewRecord } from '../../src/log/record.ts';
import type { Checkpoint } from '../../src/log/write-set.ts';
import { slotOf } from '../../src/subscription/slot.ts';
import { type Benchmark, scaled } from '../benchmark.ts';
import { stampRecords } from '../stamp-records.ts';
import { inDatabase, onServer } from './measured-server.ts';
import { machineMs, OtherProcess } from '../other-process.ts';

const LEASE_MS = 10_000;
const STREAMS = 1_000;
const APPENDED = 1_000;

export const takingOver: Benchmark = {
  name: 'postgres-takeover',
  about: `the work of a process that ends, taken over by another one; a lease of ${LEASE_MS / 1_000} s`,
  measure: (setting) =>
    onServer(setting, async (server) => {
      const leaseMs = scaled(setting, LEASE_MS, 1_000);
      const count = scaled(setting, 20_000, 2_000);
      const seen: Record<End, Takeover[]> = { killed: [], still: [] };
      for (let round = 0; round < setting.runs; round += 1)
        for (const end of ENDS) {
          setting.progress(`${count} events, one ${end}, a lease of ${leaseMs} ms`);
          const given = { end, leaseMs, count };
          seen[end].push(await inDatabase(server, (url) => takeOver(url, given)));
        }
      return ENDS.flatMap((end) => [
        {
          metric: `${NAMES[end]}, begun`,
          unit: 'ms',
          values: seen[end].map(({ begunMs }) => begunMs),
        },
        {
          metric: `${NAMES[end]}, all done`,
          unit: 'ms',
          values: seen[end].map(({ doneMs }) => doneMs),
        },
      ]);
    }),
};

const ENDS = ['killed', 'still'] as const;
type End = (typeof ENDS)[number];
const NAMES: Record<End, string> = {
  killed: 'killed (SIGKILL)',
  still: 'standing still (SIGSTOP)',
};

interface Takeover {
  readonly begunMs: number;
  readonly doneMs: number;
}

async function takeOver(
  url: string,
  { end, leaseMs, count }: { readonly end: End; readonly leaseMs: number; readonly count: number },
): Promise<Takeover> {
  const log = await postgres(url).open('counting');
  const first = await Worker.start(url, leaseMs);
  const firstOwner = (await rangesOf(log))[0]?.owner;
  const second = await Worker.start(url, leaseMs);
  try {
    const ranges = await untilShared(log, firstOwner);
    first.process.signal('SIGSTOP');
    const stoppedMs = machineMs();
    const records = [...stampRecords({ tickets: STREAMS, events: 1, count })].flat();
    await appendAll(log, records);
    const own = records.filter(({ key }) => isAmong(ranges, slotOf(key))).length;
    if (end === 'killed') await second.untilHandled(own);
    const endedMs = end === 'killed' ? machineMs() : stoppedMs;
    if (end === 'killed') first.process.signal('SIGKILL');
    await second.untilHandled(count);
    const since = (handled: number): number => (second.times[handled] ?? Infinity) - endedMs;
    return { begunMs: since(own), doneMs: since(count - 1) };
  } finally {
    await Promise.all([first.process.end(), second.process.end()]);
    await log.close();
  }
}

/** What a process tells of what it has handled. */
class Worker {
  readonly process: OtherProcess<Told>;
  /** When it told of each event, the first first. */
  readonly times: number[];
  readonly #onTold: Set<() => void>;

  private constructor(process: OtherProcess<Told>, times: number[], onTold: Set<() => void>) {
    this.process = process;
    this.times = times;
    this.#onTold = onTold;
  }

  static async start(url: string, leaseMs: number): Promise<Worker> {
    const ids = new Set<string>();
    const times: number[] = [];
    const onTold = new Set<() => void>();
    const given = [url, String(leaseMs)];
    const process = await OtherProcess.start<Told>('postgres/working-child.ts', given, (told) => {
      for (const id of told.handled) if (ids.size < ids.add(id).size) times.push(told.atMs);
      for (const listener of onTold) listener();
    });
    return new Worker(process, times, onTold);
  }

  async untilHandled(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.times.length < count) return;
        this.#onTold.delete(look);
        resolve();
      };
      this.#onTold.add(look);
      look();
    });
  }
}

interface Told {
  readonly handled: readonly string[];
  readonly atMs: number;
}

async function rangesOf(log: Log): Promise<readonly Checkpoint[]> {
  return (await log.checkpoints()).filter(({ subscription }) => subscription === 'count');
}

/** The slots that are not the first one's any more. */
async function untilShared(log: Log, firstOwner: string | undefined): Promise<Checkpoint[]> {
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const ranges = await rangesOf(log);
    const others = ranges.filter(({ owner }) => owner !== firstOwner);
    if (others.length > 0 && others.length < ranges.length) return others;
    await delay(LOOK_MS);
  }
  throw new Error('The two processes did not share the work.');
}

const LOOK_MS = 50;
const LOOKS_MAX = 1_200;

function isAmong(ranges: readonly Checkpoint[], slot: number): boolean {
  return ranges.some(({ firstSlot, lastSlot }) => slot >= firstSlot && slot <= lastSlot);
}

async function appendAll(log: Log, records: readonly NewRecord[]): Promise<void> {
  for (let first = 0; first < records.length; first += APPENDED)
    await log.commit([{ records: records.slice(first, first + APPENDED) }]);
}
