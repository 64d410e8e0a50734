import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PostgresOptions } from './postgres-options.ts';
import { postgres } from './postgres-store.ts';

const URL = 'postgres://localhost/shop';

const WRONG: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['a name that nobody knows', { lease: 5_000 }, /has no "lease"\. It has pool, connectionsMax/],
  ['a lease too short', { leaseMs: 5 }, /leaseMs .* whole number from 1000, not 5/],
  ['a number that is none', { leaseMs: '5s' }, /leaseMs .* not 5s/],
  ['too few connections', { connectionsMax: 2 }, /connectionsMax .* from 3, not 2/],
  ['no time to connect', { connectionTimeoutMs: 0 }, /connectionTimeoutMs .* from 1, not 0/],
  ['a migration at no known time', { migrate: 'nope' }, /'at-start' or 'never', not "nope"/],
  ['a second address that is none', { directUrl: 'db:5432' }, /directUrl begins with postgres:/],
  ['a small pool', { pool: { options: { max: 2 } } }, /at most 2 connections\. It needs 3/],
  ['retention of nothing', { retention: { outgoing: {} } }, /outgoing .* says nothing/],
  ['retention of a wrong name', { retention: { keepDays: 3 } }, /has no "keepDays"/],
  ['retention by a wrong name', { retention: { incoming: { keepDays: 3 } } }, /has no "keepDays"/],
  ['retention by half', { retention: { incoming: { keepMs: 0.5 } } }, /keepMs .* not 0\.5/],
];

for (const [what, options, said] of WRONG)
  test(`${what} is refused before anything is connected to`, () => {
    assert.throws(() => postgres(URL, options as PostgresOptions), said);
  });

test('a connection string that is none is refused, and not repeated', () => {
  assert.throws(
    () => postgres('shop:secret'),
    (error: unknown) =>
      error instanceof TypeError &&
      error.message.includes('begins with postgres://') &&
      !error.message.includes('secret'),
  );
  assert.throws(() => postgres({}), /takes a connection string, or \{ pool \}/);
});

test('what is right is taken', () => {
  const retention = { outgoing: { keepMs: 1 }, incoming: { keepPositions: 0 } };
  const options: PostgresOptions = { leaseMs: 1_000, connectionsMax: 3, retention };

  for (const url of [URL, 'postgresql://u:p@[::1]:5432/x', '/var/run/postgresql shop'])
    assert.equal(postgres(url, options).name.startsWith('postgres '), true);
});
