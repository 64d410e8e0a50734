import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Measurement, Setting } from './benchmark.ts';

/** Beside the sources and not in the system's own place for such files: that may be memory. */
const CACHE = join('.cache', 'benchmarks');

/** Measures in a directory of its own, which goes afterwards, whatever happened. */
export async function runBenchmark(
  benchmark: Benchmark,
  setting: Omit<Setting, 'directory' | 'cache'>,
): Promise<readonly Measurement[]> {
  mkdirSync(CACHE, { recursive: true });
  const directory = mkdtempSync(join(CACHE, `${benchmark.name}-`));
  try {
    return await benchmark.measure({ ...setting, directory, cache: CACHE });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
