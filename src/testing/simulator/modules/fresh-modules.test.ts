import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BoundedContext } from '../../../context/bounded-context.ts';
import { FreshModules } from './fresh-modules.ts';
import { moduleFunction } from './module-function.ts';

const load = (): Promise<{ contexts: readonly BoundedContext[] }> =>
  FreshModules.build(() => import('../fixtures/counting-till.ts'));

test('each life has modules of its own, and those of Thereupon are shared', async () => {
  const lives = [await load(), await load(), await load(), await load()];

  const contexts = lives.map((life) => life.contexts[0]);
  assert.equal(new Set(contexts).size, 4);
  assert.equal(new Set(contexts.map((each) => each?.effects[0]?.perform)).size, 4);
  assert.equal(new Set(contexts.map((each) => each?.kind)).size, 1);
});

test('what a run has loaded is let go of at its end', async () => {
  await load();
  const life = await load();

  FreshModules.letGo();

  assert.equal(life.contexts, undefined);
});

test('a module as a function gives what it exports, from what it is given', () => {
  const compiled = moduleFunction(
    'file:///a.js',
    `import { one as first,
       two } from './numbers.js';
import * as all from './all.js';
import whole from "./whole.js";
import './nothing.js';
export const sum = first + two;
export function add(other) { return sum + other + where(); }
export class Thing {}
export { three as drei } from './numbers.js';
export * from './all.js';
export default sum * 2;
const where = () => all.here + whole;
export { where, whole as ganz };
`,
  );

  assert.deepEqual(compiled?.imports, [
    './numbers.js',
    './all.js',
    './whole.js',
    './nothing.js',
    './numbers.js',
    './all.js',
  ]);
  const numbers = { one: 1, two: 2, three: 3 };
  const all = { here: 10 };
  const made = compiled.run([numbers, all, { default: 100 }, {}, numbers, all]);
  const { add, where, Thing, ...values } = made as Record<string, (given?: number) => unknown>;
  assert.deepEqual(values, { sum: 3, drei: 3, here: 10, default: 6, ganz: 100 });
  assert.equal(add?.(1), 114);
  assert.equal(where?.(), 110);
  assert.equal(typeof Thing, 'function');
});

for (const [says, source] of [
  ['imports while it runs', `export const later = () => import('./a.js');`],
  ['asks where it is', `export const here = import.meta.url;`],
  ['waits at its top', `export const value = await Promise.resolve(1);`],
  ['exports what changes later', `export let count = 0;`],
  ['exports in a form that is not known', `export const { a, b } = { a: 1, b: 2 };`],
] as const) {
  test(`a module that ${says} is left to Node`, () => {
    assert.equal(moduleFunction('file:///a.js', source), undefined);
  });
}

test('a stack shows the line of the source', () => {
  const source = `import {\n  a,\n  b,\n} from './b.js';\n\nexport function fail() {\n  throw new RangeError(a);\n}\n`;
  const compiled = moduleFunction('file:///somewhere/a.js', source);
  const made = compiled?.run([{ a: 'x', b: 'y' }]);

  assert.throws(made?.['fail'] as () => void, (error: Error) =>
    /file:\/\/\/somewhere\/a\.js:7/.test(error.stack ?? ''),
  );
});
