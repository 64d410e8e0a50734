import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmarks } from './benchmarks.ts';
import { CommandLineError, helpText, readCommandLine } from './command-line.ts';
import { figureOf, median, quantile } from './figure.ts';

test('without names all benchmarks run, with names those', () => {
  assert.deepEqual(readCommandLine([], benchmarks).chosen, benchmarks);
  const { chosen, runs } = readCommandLine(['latency', 'append', '--runs', '3'], benchmarks);
  assert.deepEqual(
    chosen.map(({ name }) => name),
    ['latency', 'append'],
  );
  assert.equal(runs, 3);
});

test('what cannot be followed is refused', () => {
  for (const given of [['--runs', '0'], ['--runs', 'x'], ['--scale', '2'], ['--fast'], ['nothing']])
    assert.throws(() => readCommandLine(given, benchmarks), CommandLineError);
});

test('the help names every benchmark', () => {
  for (const { name, about } of benchmarks)
    assert.match(helpText(benchmarks), new RegExp(`${name} +${about.replace(/[()]/g, '.')}`));
});

test('a figure is the median of its runs, its ratio that of the medians', () => {
  const measured = { metric: 'appends', unit: 'events/s', values: [30, 10, 20], raw: [50, 40, 30] };

  assert.deepEqual(figureOf('append', measured), {
    name: 'append',
    metric: 'appends',
    value: 20,
    unit: 'events/s',
    raw: 40,
    ratio: 0.5,
  });
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(quantile([1, 2, 3, 4, 5], 1), 5);
});
