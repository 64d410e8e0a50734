/**
 * Which folder may import which: dependencies point one way, from the runtime down to the message.
 *
 *     cli, console → inspection, testing → runtime → concepts → message → host
 *     adapters → the ports that they implement, message, host
 *
 * Only composition roots (examples, tests, benchmarks) import adapters, and they and everyone
 * else outside of `src` come in by the doors that `package.json` lists. The test kit is one of them
 * as far as it runs whole applications: in memory.
 */
import { importsOf, type Import, type SourceFile } from './source-tree.ts';

const concepts = [
  'contract',
  'aggregate',
  'context',
  'reaction',
  'process',
  'read-model',
  'log',
  'subscription',
  'backbone',
  'telemetry',
];
const ground = ['message', 'host'];
const ports = ['log', 'backbone'];
const runtime = ['runtime', ...concepts, ...ground];

/** For each folder of `src` the folders that its files may import, besides its own. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  host: [],
  message: ['host'],
  ...Object.fromEntries(concepts.map((concept) => [concept, [...concepts, ...ground]])),
  runtime: [...concepts, ...ground],
  testing: [...runtime, 'adapters/memory'],
  inspection: runtime,
  console: [...runtime, 'inspection'],
  cli: [...runtime, 'inspection', 'console', 'testing'],
  conformance: [...concepts, ...ground],
  'adapters/sql': [...ports, ...ground],
  // The door of the package.
  'index.ts': runtime,
};
const adapter = ['adapters/sql', ...ports, ...ground];

/** The imports that point the wrong way, each as a sentence. */
export function importsAgainstDirection(
  files: readonly SourceFile[],
  publishedDependencies: readonly string[],
): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((each) => {
      const reason = objection(each, publishedDependencies);
      return reason === undefined ? [] : [`${file.path} imports ${each.to}: ${reason}`];
    }),
  );
}

function objection(each: Import, publishedDependencies: readonly string[]): string | undefined {
  const from = each.from.path;
  if (from.startsWith('template/')) return templateObjection(each);
  if (isTest(from)) return undefined;
  if (from.startsWith('examples/')) return exampleObjection(each);
  if (!from.startsWith('src/')) return undefined;
  if (each.to.startsWith('src/')) return folderObjection(folderOf(from), folderOf(each.to));
  if (each.to.startsWith('node:') || publishedDependencies.includes(packageOf(each.to))) {
    return undefined;
  }
  return 'src imports node and the published dependencies only';
}

function folderObjection(from: string, to: string): string | undefined {
  const may = allowed[from] ?? (from.startsWith('adapters/') ? adapter : undefined);
  if (may === undefined) return `the folder ${from} has no place in the order yet: give it one`;
  if (from === to || may.includes(to)) return undefined;
  return `${from} may import ${may.join(', ') || 'nothing'}`;
}

function exampleObjection(each: Import): string | undefined {
  if (/^(src|dist)\//.test(each.to)) return 'examples come in by the public entry points';
  const isModel = /\/model(\.ts$|\/)/.test(each.from.path);
  const isOutside = !each.to.startsWith('examples/');
  return isModel && isOutside ? 'a domain model imports nothing' : undefined;
}

/** Outside of this tree it has nothing but what `thereupon new` writes into its `package.json`. */
function templateObjection(each: Import): string | undefined {
  const isThere = /^(template\/|node:|thereupon(\/|$)|zod$)/.test(each.to);
  return isThere ? undefined : 'a new project has its own files, node, thereupon and zod';
}

/** `log` for `src/log/record.ts`, `adapters/sqlite` for a file of that adapter. */
function folderOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  return first === 'adapters' ? `${first}/${second}` : first;
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/fixtures/');
}
