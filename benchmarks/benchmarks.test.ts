import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { benchmarks } from './benchmarks.ts';
import { type Figure, figureOf } from './figure.ts';
import { runBenchmark } from './run-benchmark.ts';

for (const benchmark of benchmarks) {
  const needsBuild = benchmark.name === 'start-up' && !existsSync('dist/index.js');
  const options = needsBuild ? { skip: 'there is no dist: npm run build' } : {};

  test(`"${benchmark.name}" measures what it says, also when it is tiny`, options, async () => {
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
  });
}

test('with --json there is one line a figure, and nothing else, on standard output', () => {
  const { stdout, stderr, status } = bench('read-log', '--json', '--runs', '1', '--scale', '0.001');

  assert.equal(status, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 1);
  assertFigure(JSON.parse(lines[0] ?? '') as Figure);
  assert.match(stderr, /^read-log: /m);
});

test('without it there is a table, with the machine and the Node it was measured on', () => {
  const { stdout, status } = bench('read-log', '--runs', '2', '--scale', '0.001');

  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`Node ${process.version.slice(1)}; 2 runs`));
  assert.match(stdout, /median +spread +unit +raw +ratio/);
});

test('a benchmark that there is not is refused, with those that there are', () => {
  const { stdout, stderr, status } = bench('apend');

  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /no benchmark "apend"\. There are: append, read-stream/);
});

function bench(...given: readonly string[]) {
  const node = ['-C', 'thereupon-source', 'benchmarks/main.ts', ...given];
  return spawnSync(process.execPath, node, { encoding: 'utf8' });
}

function assertFigure(figure: Figure): void {
  const fields = ['metric', 'name', 'ratio', 'raw', 'unit', 'value'];
  assert.deepEqual(Object.keys(figure).toSorted(), fields);
  assert.match(figure.unit, /^((events|records)\/s|ms|MiB|calls)$/);
  assert.ok(Number.isFinite(figure.value), `${figure.metric}: ${figure.value}`);
  if (figure.raw === null) assert.equal(figure.ratio, null);
  else assert.ok(figure.raw > 0 && (figure.ratio ?? 0) > 0);
}
