/**
 * Appending one event a call, by 1 and by 64 callers at once: prepared write sets through the
 * committer of one process, and whole commands, beside inserts by hand. All wait for the disk.
 */
import type { PostgresServer } from '../../scripts/services/postgres.ts';
import { type Benchmark, type Measurement, type Setting, scaled } from '../benchmark.ts';
import { type AppendContender, appendRate } from './append-contender.ts';
import { onServer } from './measured-server.ts';
import { committerAlone, wholeCommands } from './own-appending.ts';
import { rawOneByOne, rawTogether } from './raw-appending.ts';

interface Workload {
  readonly name: string;
  readonly count: number;
  /** The first one is what all are held against. */
  readonly contenders: readonly AppendContender[];
}

const all = 'all';
const primaryKey = 'primary key';

const WORKLOADS: readonly Workload[] = [
  {
    name: '1 caller',
    count: 4_000,
    contenders: [
      rawOneByOne({ callers: 1, connections: 1, indexes: all }),
      rawOneByOne({ callers: 1, connections: 1, indexes: primaryKey }),
      committerAlone(1),
      wholeCommands(1),
    ],
  },
  {
    name: '64 callers',
    count: 64_000,
    contenders: [
      rawTogether({ rows: 100, callers: 1, connections: 1, indexes: all }),
      rawTogether({ rows: 100, callers: 1, connections: 1, indexes: primaryKey }),
      // More connections gain nothing beyond the spread on two cores.
      rawTogether({ rows: 100, callers: 4, connections: 4, indexes: all }),
      rawTogether({ rows: 100, callers: 4, connections: 4, indexes: primaryKey }),
      // The best of 8, 16, 32 and 64 connections.
      rawOneByOne({ callers: 64, connections: 32, indexes: all }),
      rawOneByOne({ callers: 64, connections: 32, indexes: primaryKey }),
      committerAlone(64),
      wholeCommands(64),
    ],
  },
];

export const append: Benchmark = {
  name: 'postgres-append',
  about: 'appends of 1 event by 1 and 64 callers at once, on PostgreSQL',
  measure: (setting) =>
    onServer(setting, async (server) => {
      const measurements: Measurement[] = [];
      for (const workload of WORKLOADS)
        measurements.push(...(await measureWorkload(setting, server, workload)));
      return measurements;
    }),
};

async function measureWorkload(
  setting: Setting,
  server: PostgresServer,
  { name, count: full, contenders }: Workload,
): Promise<Measurement[]> {
  const count = scaled(setting, full, 64);
  setting.progress(`${name}, ${count} events a run`);
  const rates = contenders.map((): number[] => []);
  for (let round = 0; round < setting.runs; round += 1)
    for (const [index, contender] of contenders.entries())
      rates[index]?.push(await appendRate(server, contender, count));
  return contenders.map((contender, index) => ({
    metric: `${name}: ${contender.name}`,
    unit: 'events/s',
    values: rates[index] ?? [],
    raw: rates[0] ?? [],
  }));
}
