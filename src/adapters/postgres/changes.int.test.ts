import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { committed, fact, outgoing } from '../../conformance/log/samples.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('who looks at what is published is not woken by another process that publishes nothing', async () => {
  const url = await server.createDatabase();
  const log = await postgres(url).open('ordering');
  const reader = await postgres(url).reader('ordering');
  const published = await postgres(url).published('ordering');
  let wakings = 0;
  const woken = new Promise<void>((resolve) => {
    published.onChange(() => {
      wakings += 1;
      resolve();
    });
  });

  // Each when the one before was heard of, so that none is told together with another.
  for (let number = 1; number <= 3; number += 1) {
    const heard = new Promise<void>((resolve) => reader.onChange(() => resolve()));
    await committed(log, { records: [fact(`o-${number}`, 1)] });
    await heard;
  }
  assert.equal(wakings, 0);
  await committed(log, { records: [outgoing()] });
  await woken;

  assert.equal(wakings, 1);
  await Promise.all([log.close(), reader.close(), published.close()]);
});
