import { test } from 'node:test';
import { assertMeasures } from '../assert-figure.ts';
import { brokerBenchmarks } from './broker-benchmarks.ts';

for (const benchmark of brokerBenchmarks)
  test(`"${benchmark.name}" measures what it says, also when it is tiny`, () =>
    assertMeasures(benchmark));
