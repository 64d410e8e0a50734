import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { services } from '../services/services.ts';
import { neededServices } from './needed-services.ts';

test('a file needs what it calls, and what the files that it imports call', () => {
  assert.deepEqual(needsOf('testing/fixtures/sharing-a-server.int.test.ts'), ['postgres shared']);
  assert.deepEqual(needsOf('services/pgbouncer.int.test.ts'), ['postgres own', 'pgbouncer own']);
});

test('a file that starts nothing needs nothing', () => {
  assert.deepEqual(needsOf('testing/fixtures/mixed.test.ts'), []);
});

test('a file that only knows the services needs none of them', () => {
  assert.deepEqual(needsOf('testing/provide-services.test.ts'), []);
});

function needsOf(file: string): string[] {
  const path = relative(process.cwd(), join(import.meta.dirname, '..', file));
  return neededServices(path, services).map(
    ({ service, isShared }) => `${service.name} ${isShared ? 'shared' : 'own'}`,
  );
}
