import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { assertFigure, assertMeasures } from './assert-figure.ts';
import { embeddedBenchmarks } from './benchmarks.ts';
import type { Figure } from './figure.ts';

for (const benchmark of embeddedBenchmarks) {
  const needsBuild = benchmark.name === 'start-up' && !existsSync('dist/index.js');
  const options = needsBuild ? { skip: 'there is no dist: npm run build' } : {};

  test(`"${benchmark.name}" measures what it says, also when it is tiny`, options, () =>
    assertMeasures(benchmark),
  );
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
