/**
 * `docs/errors.md` names every error of the sources, with its code and whether it may be retried,
 * and no other; and each of them follows the rules of an error.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSourceTree } from './tree/source-tree.ts';

const RETRYABLE: Readonly<Record<string, string>> = { true: 'yes', false: 'no', undefined: 'open' };
const root = join(import.meta.dirname, '..');
const files = readSourceTree(root, ['src']).filter(
  ({ path }) => !path.endsWith('.test.ts') && !path.includes('/fixtures/'),
);
const errors = oncePerName(files.flatMap(({ text }) => errorsOf(text))).sort(byName);

test('docs/errors.md names every error with its code and whether it is retryable', () => {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  const documented = page.split('\n').flatMap(rowOf).sort(byName);

  assert.deepEqual(
    documented.map(({ name, code, retryable }) => [name, code, retryable]),
    errors.map(({ name, code, retryable }) => [name, code, retryable]),
  );
  for (const { name, next } of documented) assert.ok(next.length > 0, `${name}: what next?`);
});

test('docs/errors.md names every code that an error may have', () => {
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  const refusals = files.find(({ path }) => path.endsWith('backbone/admission.ts'))?.text ?? '';
  const reasons = /const REASONS = \{([\s\S]*?)\n\}/.exec(refusals)?.[1] ?? '';
  const codes = [...reasons.matchAll(/^ {2}'([\w-]+)':/gm)].map((found) => found[1] ?? '');

  assert.ok(codes.length > 0);
  for (const code of codes) assert.ok(page.includes(`\`${code}\``), `${code} is missing`);
});

test('every error says what happened above its class, and no code belongs to two', () => {
  for (const { name, says } of errors)
    assert.ok(says.length > 20, `${name} says nothing of itself`);
  const codes = errors.map(({ code }) => code).filter((code) => code !== 'see below');
  assert.deepEqual(
    codes.filter((code, index) => codes.indexOf(code) !== index),
    [],
  );
});

test('no plain Error is made where a user could meet it', () => {
  const plain = readSourceTree(root, ['src', 'examples', 'bin'])
    .filter(({ path }) => !path.endsWith('.test.ts') && !/[/-]fixture/.test(path))
    .flatMap(({ path, text }) => (/^(?!\s*\*).*new Error\(/m.test(text) ? [path] : []));

  assert.deepEqual(plain, []);
});

interface DocumentedError {
  readonly name: string;
  readonly code: string;
  readonly retryable: string;
}

/** The errors of a source file. A code that is one of several is described below its table. */
function errorsOf(text: string): (DocumentedError & { readonly says: string })[] {
  const classes =
    /(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\s)?export class (\w+Error) extends Error \{([^]*?)\n\}/g;
  return [...text.matchAll(classes)].map(([, says = '', name = '', body = '']) => {
    assert.ok(body.includes(`readonly name = '${name}'`), `${name} has another name`);
    return {
      name,
      code: /readonly code = '([\w-]+)'/.exec(body)?.[1] ?? 'see below',
      retryable: RETRYABLE[/readonly retryable = (\w+);/.exec(body)?.[1] ?? ''] ?? 'not said',
      says: says.replaceAll(/\s*\*\s?/g, ' ').trim(),
    };
  });
}

/**
 * What is the same for whoever catches it may come from two adapters, each with its own facts: then
 * name, code and whether it is retryable are the same.
 */
function oncePerName<One extends DocumentedError>(all: readonly One[]): One[] {
  const kept = new Map<string, One>();
  for (const one of all) {
    const { name, code, retryable } = kept.get(one.name) ?? one;
    assert.deepEqual([one.code, one.retryable], [code, retryable], `${name} means two things`);
    kept.set(name, kept.get(name) ?? one);
  }
  return [...kept.values()];
}

function rowOf(line: string): (DocumentedError & { readonly next: string })[] {
  const cells = line.split('|').map((cell) => cell.trim());
  const [, code = '', name = '', retryable = '', next = ''] = cells;
  if (!/^`\w+Error`$/.test(name)) return [];
  return [{ name: name.slice(1, -1), code: code.replaceAll('`', ''), retryable, next }];
}

function byName(a: DocumentedError, b: DocumentedError): number {
  return a.name < b.name ? -1 : 1;
}
