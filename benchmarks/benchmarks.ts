import { append } from './append.ts';
import type { Benchmark } from './benchmark.ts';
import { brokerBenchmarks } from './brokers/broker-benchmarks.ts';
import { exporting } from './exporting.ts';
import { importing } from './importing.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { postgresBenchmarks } from './postgres/postgres-benchmarks.ts';
import { readLog, readStream } from './reading.ts';
import { rebuild } from './rebuild.ts';
import { startUp } from './start-up.ts';
import { subscription } from './subscription.ts';
import { timers } from './timers.ts';
import { watching } from './watching.ts';

/** Those that need nothing but Node. */
export const embeddedBenchmarks: readonly Benchmark[] = [
  append,
  readStream,
  readLog,
  subscription,
  rebuild,
  exporting,
  importing,
  watching,
  timers,
  latency,
  memory,
  startUp,
];

/** All of them, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  ...embeddedBenchmarks,
  ...postgresBenchmarks,
  ...brokerBenchmarks,
];
