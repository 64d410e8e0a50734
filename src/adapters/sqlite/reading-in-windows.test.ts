import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Log } from '../../log/log.ts';
import type { Direction, NewRecord } from '../../log/record.ts';
import { newEpoch } from './new-epoch.ts';
import { sqlite } from './sqlite-store.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('whoever looks for rare records in a long log does not stop the process', async () => {
  const log = await sqlite(directory, { durability: 'normal' }).open('ordering');
  await append(log, 'rare', 'outgoing', 1);
  await append(log, 'usual', 'domain', 120_000);
  await append(log, 'rare', 'outgoing', 1);
  let turns = 0;
  const turning = setInterval(() => (turns += 1), 0);

  const found = await log.read({ after: 0, limit: 10, types: ['rare'] });

  clearInterval(turning);
  assert.deepEqual(
    found.map((record) => record.position),
    [1, 120_002],
  );
  assert.ok(turns >= 1, 'the event loop had no turn meanwhile');
  await log.close();
});

test('the gap that a new epoch leaves hides no record, and costs nothing', async () => {
  const before = await sqlite(directory).open('ordering');
  await append(before, 'rare', 'outgoing', 1);
  await before.close();
  await newEpoch(directory, 'ordering', { beyond: 2 ** 50 });
  const log = await sqlite(directory).open('ordering');
  await append(log, 'rare', 'outgoing', 2);
  const published = await sqlite(directory).published('ordering');

  const query = { after: 0, limit: 10, types: ['rare'] };
  const positions = (await log.read(query)).map((record) => record.position);

  assert.deepEqual(positions, [1, 2 ** 50 + 1, 2 ** 50 + 2]);
  assert.deepEqual(
    (await published.read(query)).map((record) => record.position),
    positions,
  );
  await log.close();
  await published.close();
});

async function append(log: Log, type: string, direction: Direction, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => message(type, direction, index));
  const [outcome] = await log.commit([{ records }]);
  assert.equal(outcome?.kind, 'committed');
}

let made = 0;

function message(type: string, direction: Direction, index: number): NewRecord {
  made += 1;
  return {
    id: `${type}-${made}`,
    direction,
    stream: null,
    version: null,
    type,
    schemaVersion: 1,
    key: `${index}`,
    data: '{}',
    source: 'ordering',
    occurredAt: 1,
    recordedAt: 1,
    correlationId: 'c',
    causationId: 'c',
    traceparent: null,
    metadata: null,
  };
}
