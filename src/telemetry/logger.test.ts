import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLines, silent } from './logger.ts';

const line = { level: 'info', event: 'taken-in', context: 'billing', id: 'a\n"b"' } as const;

test('a line is one line of JSON', () => {
  const written: string[] = [];

  jsonLines((text) => written.push(text)).log(line);

  assert.equal(written.length, 1);
  assert.match(written[0] ?? '', /^[^\n]+\n$/);
  assert.deepEqual(JSON.parse(written[0] ?? ''), line);
});

test('lines below the level are left out', () => {
  const written: string[] = [];
  const logger = jsonLines((text) => written.push(text), 'warn');

  for (const level of ['debug', 'info', 'warn', 'error'] as const) logger.log({ ...line, level });

  assert.deepEqual(
    written.map((text) => (JSON.parse(text) as { level: string }).level),
    ['warn', 'error'],
  );
});

test('the silent logger takes anything', () => {
  assert.equal(silent.log(line), undefined);
});
