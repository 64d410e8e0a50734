import assert from 'node:assert/strict';
import type { Benchmark } from './benchmark.ts';
import { type Figure, figureOf } from './figure.ts';
import { runBenchmark } from './run-benchmark.ts';

/** A benchmark, run as small as can be, measures something under names that differ. */
export async function assertMeasures(benchmark: Benchmark): Promise<void> {
  const progress: string[] = [];

  const measurements = await runBenchmark(benchmark, {
    runs: 1,
    scale: 0.001,
    records: 1_000_000,
    data: undefined,
    progress: (text) => progress.push(text),
  });

  assert.ok(measurements.length > 0);
  for (const measurement of measurements) {
    assert.equal(measurement.values.length, 1);
    assertFigure(figureOf(benchmark.name, measurement));
  }
  const metrics = measurements.map(({ metric }) => metric);
  assert.equal(new Set(metrics).size, metrics.length);
  assert.ok(progress.length > 0);
}

export function assertFigure(figure: Figure): void {
  const fields = ['metric', 'name', 'ratio', 'raw', 'unit', 'value'];
  assert.deepEqual(Object.keys(figure).toSorted(), fields);
  assert.match(figure.unit, /^((events|records)\/s|ms|MiB|calls|connections|messages|statements)$/);
  assert.ok(Number.isFinite(figure.value), `${figure.metric}: ${figure.value}`);
  if (figure.raw === null) assert.equal(figure.ratio, null);
  else assert.ok(figure.raw > 0 && (figure.ratio ?? 0) > 0);
}
