import { test } from 'node:test';
import { assertMeasures } from '../assert-figure.ts';
import { postgresBenchmarks } from './postgres-benchmarks.ts';

for (const benchmark of postgresBenchmarks)
  test(`"${benchmark.name}" measures what it says, also when it is tiny`, () =>
    assertMeasures(benchmark));
