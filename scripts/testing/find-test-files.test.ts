import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTestFiles } from './find-test-files.ts';

const ALL = { withServers: true };

test('the files of a folder are left out where somebody says so, and no others', () => {
  const files = findTestFiles(['src/adapters'], ALL);
  const left = findTestFiles(['src/adapters'], { ...ALL, without: ['src/adapters/nats/'] });

  assert.ok(files.includes('src/adapters/nats/subjects.test.ts'));
  assert.deepEqual(
    left,
    files.filter((file) => !file.startsWith('src/adapters/nats/')),
  );
});

test('what is to be left out and is not there is told', () => {
  assert.throws(
    () => findTestFiles(['src'], { ...ALL, without: ['src/adapter'] }),
    /no file or folder/,
  );
});
