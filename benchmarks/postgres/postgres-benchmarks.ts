import type { Benchmark } from '../benchmark.ts';
import { append } from './append.ts';
import { foreignTransactions } from './foreign-transactions.ts';
import { handingOver } from './handing-over.ts';
import { idling } from './idling.ts';
import { reacting } from './reacting.ts';
import { reading } from './reading.ts';
import { rebuilding } from './rebuilding.ts';
import { takingOver } from './taking-over.ts';

/** Those that need a PostgreSQL, which they start themselves. */
export const postgresBenchmarks: readonly Benchmark[] = [
  append,
  reading,
  reacting,
  rebuilding,
  foreignTransactions,
  handingOver,
  idling,
  takingOver,
];
