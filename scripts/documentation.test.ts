/**
 * What the documentation shows compiles, and what it says to run runs.
 *
 * Covers the fences marked `ts` and `ts run` in README.md and docs, and the `@example` blocks of
 * the doc comments in src.
 */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  compilerObjections,
  writeDocumentedCode,
  type DocumentedCode,
} from './documentation/documented-code.ts';

const root = join(import.meta.dirname, '..');
// Inside of the project, so that `import … from 'thereupon'` finds the project itself.
const folder = join(root, '.cache', `documentation-${process.versions.node}`);
const pieces = writeDocumentedCode(root, folder);
const objections = compilerObjections(root, folder, pieces);

for (const origin of new Set(pieces.map((piece) => piece.origin))) {
  test(`the code in ${origin} compiles`, () => {
    const own = objections.filter((objection) => objection.origin === origin);

    assert.ok(own.length === 0, `\n${own.map(({ message }) => message).join('\n')}`);
  });
}

test('the compiler has nothing against the stage that the examples play on', () => {
  const origins = new Set(pieces.map((piece) => piece.origin));
  const others = objections.filter(({ origin }) => !origins.has(origin));

  assert.ok(others.length === 0, `\n${others.map(({ message }) => message).join('\n')}`);
});

for (const piece of pieces.filter(({ block }) => block?.isRun)) {
  test(`the example in ${piece.origin} at line ${piece.line} runs`, () => {
    const ended = runIn(mkdtempSync(join(tmpdir(), 'thereupon-example-')), piece);

    assert.equal(ended.status, 0, `${ended.stdout}${ended.stderr}${ended.error?.message ?? ''}`);
    if (piece.block?.output === undefined) return;
    const reduced = piece.block.isAlike ? withoutChance : (text: string) => text.trim();
    assert.equal(reduced(ended.stdout), reduced(piece.block.output));
  });
}

/**
 * What a seed decides, it decides otherwise when anything of the core changes: of a story only the
 * sentences around it are compared, without figures and up to their first comma.
 */
function withoutChance(text: string): string {
  const sentences = text.split('\n').filter((line) => /^[^\s✗]/.test(line));
  return sentences.map((line) => line.replaceAll(/\d+/g, '0').replace(/,.*/, '')).join('\n');
}

function runIn(cwd: string, piece: DocumentedCode): SpawnSyncReturns<string> {
  const args = ['--conditions=thereupon-source', piece.file];
  const ended = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  rmSync(cwd, { recursive: true, force: true });
  return ended;
}
