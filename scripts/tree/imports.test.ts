import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importCycles } from './import-cycles.ts';
import { importsAgainstDirection } from './import-direction.ts';
import { importsOf } from './source-tree.ts';

test('every way to import is seen, and none in a comment', () => {
  const text = [
    `import './a.ts';`,
    `import { type B, b } from './b.ts';`,
    `import type {\n  C,\n} from '../c.ts';`,
    `export * from "./d.ts";`,
    `export { e } from './e.ts';`,
    `const f = await import('./f.ts');`,
    `import g, * as all from 'g';`,
    ` * import { no } from './no.ts';`,
    `/**\n * import { no } from './no.ts';\n */`,
    `// import './no.ts';`,
    `export const text = 'taken from "./no.ts"';`,
  ].join('\n');

  assert.deepEqual(
    importsOf({ path: 'src/log/x.ts', text })
      .map(({ to }) => to)
      .toSorted(),
    [
      'g',
      'src/c.ts',
      'src/log/a.ts',
      'src/log/b.ts',
      'src/log/d.ts',
      'src/log/e.ts',
      'src/log/f.ts',
    ],
  );
});

test('a cycle is found, also when it is one of types', () => {
  const files = [
    { path: 'src/a.ts', text: `import { b } from './b.ts';` },
    { path: 'src/b.ts', text: `import { c } from './c.ts';` },
    { path: 'src/c.ts', text: `import type { B } from './b.ts';` },
  ];

  assert.deepEqual(importCycles(files), ['src/b.ts → src/c.ts → src/b.ts']);
});

test('two ways to the same file are no cycle', () => {
  const files = [
    { path: 'src/a.ts', text: `import './b.ts';\nimport './c.ts';` },
    { path: 'src/b.ts', text: `import './c.ts';` },
    { path: 'src/c.ts', text: '' },
  ];

  assert.deepEqual(importCycles(files), []);
});

const wrongWays = [
  ['src/log/a.ts', '../adapters/sqlite/b.ts', 'a concept imports no adapter'],
  ['src/log/a.ts', '../runtime/run.ts', 'a concept imports no runtime'],
  ['src/message/a.ts', '../log/log.ts', 'a message imports no concept'],
  ['src/host/a.ts', '../message/fact.ts', 'the host imports nothing'],
  ['src/adapters/sqlite/a.ts', '../memory/b.ts', 'an adapter imports no other adapter'],
  ['src/adapters/sqlite/a.ts', '../../read-model/b.ts', 'an adapter imports ports only'],
  [
    'src/testing/a.ts',
    '../adapters/sqlite/b.ts',
    'the test kit imports memory, and no other adapter',
  ],
  ['src/runtime/a.ts', '../cli/b.ts', 'the runtime imports no command line'],
  ['src/surprise/a.ts', '../log/log.ts', 'a new folder has a place'],
  ['src/log/a.ts', 'zod', 'src imports no development dependency'],
  ['examples/shop/main.ts', '../../src/runtime/run.ts', 'examples use the doors'],
  ['examples/shop/billing/model.ts', 'thereupon', 'a model imports nothing'],
  ['template/cinema.test.ts', 'fast-check', 'a new project has no development dependency of ours'],
  ['template/main.ts', '../examples/shop/shop.ts', 'a new project has its own files'],
] as const;
for (const [path, to, promise] of wrongWays) {
  test(`direction: ${promise}`, () => {
    const file = { path, text: `import { x } from '${to}';` };

    assert.equal(importsAgainstDirection([file], ['@standard-schema/spec']).length, 1);
  });
}

test('direction: what points down is allowed', () => {
  const files = [
    ['src/runtime/a.ts', '../log/log.ts'],
    ['src/reaction/a.ts', '../contract/contract.ts'],
    ['src/adapters/sqlite/a.ts', '../sql/dialect.ts'],
    ['src/adapters/sqlite/a.ts', '../../backbone/backbone.ts'],
    ['src/adapters/sqlite/a.ts', 'node:sqlite'],
    ['src/adapters/sqlite/a.test.ts', '../../conformance/test-log.ts'],
    ['src/contract/a.ts', '@standard-schema/spec'],
    ['src/index.ts', './runtime/run.ts'],
    ['examples/shop/billing/context.ts', 'thereupon'],
    ['template/main.ts', 'thereupon/sqlite'],
    ['benchmarks/append.ts', '../src/adapters/sqlite/a.ts'],
  ].map(([path = '', to]) => ({ path, text: `import { x } from '${to}';` }));

  assert.deepEqual(importsAgainstDirection(files, ['@standard-schema/spec']), []);
});
