/**
 * The rules of the tree, held against the tree itself.
 *
 * What the linter can say is in `.oxlintrc.json`; here is what it cannot. The rules are in
 * `scripts/tree`, each tried there on a tree that breaks it.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { services } from './services/services.ts';
import { importCycles } from './tree/import-cycles.ts';
import { importsAgainstDirection } from './tree/import-direction.ts';
import { readSourceTree } from './tree/source-tree.ts';
import {
  barrels,
  hiddenDates,
  misnamedServerTests,
  unprovenAdapters,
  vagueFolders,
} from './tree/tidiness.ts';

const root = join(import.meta.dirname, '..');
const files = readSourceTree(root, ['src', 'examples', 'scripts', 'benchmarks', 'template']);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | Record<string, string>>;
  bin: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
};
const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== 'string');
const doors = entries.map((entry) => entry['thereupon-source']?.replace('./', '') ?? '');

test('dependencies point one way', () => {
  const published = { ...manifest.dependencies, ...manifest.peerDependencies };

  assertNone(importsAgainstDirection(files, Object.keys(published)));
});

test('no file imports itself in a circle', () => {
  assertNone(importCycles(files));
});

test('there are no barrels inside of src', () => {
  assertNone(barrels(files, doors));
});

test('no folder has a vague name', () => {
  assertNone(vagueFolders(files));
});

test('nothing outside of the host and the adapters reads the clock by new Date()', () => {
  assertNone(hiddenDates(files));
});

test('every adapter runs every conformance suite, or says why not', () => {
  assertNone(unprovenAdapters(files));
});

test('every test that needs a server is named so', () => {
  const calls = services.flatMap(({ startedBy, shared }) => [
    startedBy,
    shared?.takenBy ?? startedBy,
  ]);

  assertNone(misnamedServerTests(files, calls));
});

test('every door of package.json is there, and leads to the same place in src and in dist', () => {
  for (const entry of entries) {
    const source = entry['thereupon-source'] ?? '';
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '');

    assert.ok(existsSync(join(root, source)), `${source} is listed in package.json, and missing`);
    assert.deepEqual(Object.keys(entry), ['thereupon-source', 'types', 'default']);
    assert.equal(entry['types'], `${built}.d.ts`);
    assert.equal(entry['default'], `${built}.js`);
  }
  for (const file of Object.values(manifest.bin)) {
    assert.ok(existsSync(join(root, file)), `${file} is listed in package.json, and missing`);
  }
});

function assertNone(objections: readonly string[]): void {
  assert.ok(objections.length === 0, `\n${objections.join('\n')}`);
}
