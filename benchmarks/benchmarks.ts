import { append } from './append.ts';
import type { Benchmark } from './benchmark.ts';

/** All of them, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [append];
