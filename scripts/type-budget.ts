/**
 * The type-check budget: a context with 500 event types, contracts, publications and reactions,
 * and a read model of them all, must check in under 10 seconds.
 *
 *     node scripts/type-budget.ts
 *
 * Types that collapse to `any` check fast, so the generated code holds two mistakes that must be
 * found.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const budgetMs = 10_000;
const aggregates = 25;
const eventsEach = 20;

const root = join(import.meta.dirname, '..');
const folder = join(root, '.cache', 'type-budget');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

for (let each = 0; each < aggregates; each += 1) {
  writeFileSync(join(folder, `aggregate-${each}.ts`), aggregateFile(each));
}
writeFileSync(join(folder, 'context.ts'), contextFile());
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }),
);

const started = performance.now();
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const check = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
const tookMs = performance.now() - started;

assert.equal(check.status, 0, `The generated context does not compile:\n${check.stdout}`);
assert.ok(tookMs < budgetMs, `Checking took ${Math.round(tookMs)} ms, the budget is ${budgetMs}.`);
console.log(
  `${aggregates * eventsEach} event types, contracts and reactions check in ` +
    `${(tookMs / 1000).toFixed(1)} s (budget ${budgetMs / 1000} s)`,
);

function aggregateFile(each: number): string {
  const events = Array.from({ length: eventsEach }, (_, index) => `Happened${each}x${index}`);
  return `
import { aggregate, contract, publish, whenever } from 'thereupon';
import { z } from 'zod';

export type Event =
${events.map((name, index) => `  | { type: '${name}'; data: { id: string; amount${index}: number } }`).join('\n')};
export type Command =
${events.map((name) => `  | { type: 'Do${name}'; data: { id: string } }`).join('\n')};
export interface State {
  readonly count: number;
}
function decide(command: Command, _state: State): Event[] {
  switch (command.type) {
${events.map((name, index) => `    case 'Do${name}': return [{ type: '${name}', data: { id: command.data.id, amount${index}: 1 } }];`).join('\n')}
  }
}
function evolve(state: State, _event: Event): State {
  return { count: state.count + 1 };
}
export const part = aggregate({ name: 'part-${each}', initial: { count: 0 }, decide, evolve });

${events
  .map(
    (name, index) => `export const ${name} = contract('budget.${name}', {
  version: 1,
  schema: z.object({ id: z.string(), amount${index}: z.number() }),
  key: (data) => data.id,
});`,
  )
  .join('\n')}

export const publications = [
${events.map((name) => `  publish(${name}, part, '${name}', (event) => event.data),`).join('\n')}
];
export const reactions = [
${events
  .map(
    (
      name,
    ) => `  whenever('on ${name}', ${name}, (event, { handle }) => handle(part, event.data.id, {
    type: 'Do${name}', data: { id: event.data.id } })),`,
  )
  .join('\n')}
];
// @ts-expect-error the contract's data has no such field
whenever('a mistake', ${events[0]}, (event) => { void event.data.missing; });
`;
}

function contextFile(): string {
  const parts = Array.from({ length: aggregates }, (_, each) => each);
  return `
import { boundedContext, readModel, type } from 'thereupon';
${parts.map((each) => `import * as a${each} from './aggregate-${each}.ts';`).join('\n')}

const all = readModel({
  name: 'all',
  version: 1,
  document: type<{ id: string; sum: number }>(),
  from: [${parts.map((each) => `a${each}.part`).join(', ')}],
  by: (event) => event.data.id,
  evolve: {
${parts
  .flatMap((each) =>
    Array.from(
      { length: eventsEach },
      (_, index) =>
        `    Happened${each}x${index}: (doc, event) => ({ id: event.data.id, sum: (doc?.sum ?? 0) + event.data.amount${index} }),`,
    ),
  )
  .join('\n')}
  },
});
export const budget = boundedContext('budget', {
  aggregates: [${parts.map((each) => `a${each}.part`).join(', ')}],
  publishes: [${parts.map((each) => `...a${each}.publications`).join(', ')}],
  reactions: [${parts.map((each) => `...a${each}.reactions`).join(', ')}],
  readModels: [all],
});
readModel({
  name: 'mistaken',
  version: 1,
  document: type<{ id: string }>(),
  from: [a0.part, a1.part],
  by: (event) => event.data.id,
  evolve: {
    // @ts-expect-error the event has no such field
    Happened0x0: (_, event) => ({ id: event.data.missing }),
  },
});
`;
}
