import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { incomingIds, message, outgoing } from '../../backbone/fixtures/ends.ts';
import { player } from '../../runtime/fixtures/two-processes.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { backup } from './backup.ts';
import { newEpoch } from './new-epoch.ts';
import { sqlite } from './sqlite-store.ts';

test('a neighbour that runs in its own process notices a restore, and goes on after a new epoch', async (t) => {
  const { data, restore } = place(t);
  const right = await player(t, data, 'right');
  const before = await player(t, data, 'left');
  before.ask({ serve: ['1', '2'] });
  await until(async () => (await taken(data)) === 2, 20_000);
  await backup(data, join(data, 'backup'));
  before.ask({ serve: ['3', '4'] });
  await until(async () => (await taken(data)) === 4, 20_000);
  await before.answer({ ask: 'stop' }, 'stopped');

  restore('left');
  const isTold = () =>
    right.told.some((one) => one.told === 'stalled' && /taken from/.test(one.why));
  await until(isTold, 20_000);
  const ill = await right.answer({ ask: 'health' }, 'health');
  await newEpoch(data, 'left');
  const after = await player(t, data, 'left');
  after.ask({ serve: ['5'] });
  await until(async () => (await taken(data)) === 5, 20_000);
  const well = await right.answer({ ask: 'health' }, 'health');

  assert.equal(ill.status, 'red');
  assert.equal(well.status, 'green');
});

test('who reads a file that was replaced is told so, and does not go on with the old one', async (t) => {
  const { data, restore } = place(t);
  const ordering = await sqlite(data).open('ordering');
  await ordering.commit([{ records: [outgoing(message())] }]);
  const published = await sqlite(data).published('ordering');
  const reader = await sqlite(data).reader('ordering');
  await backup(data, join(data, 'backup'));
  await ordering.commit([{ records: [outgoing(message())] }]);
  assert.deepEqual([await published.head(), await reader.head()], [2, 2]);
  await ordering.close();

  restore('ordering');

  await assert.rejects(published.head(), { code: 'log-replaced', retryable: true });
  await assert.rejects(reader.head(), { code: 'log-replaced' });
  const anew = await sqlite(data).published('ordering');
  assert.equal(await anew.head(), 1);
  for (const open of [published, reader, anew]) await open.close();
});

test('nobody is told of a commit to a file that is not there any more, and nothing more is taken', async (t) => {
  const { data, restore } = place(t);
  const ordering = await sqlite(data).open('ordering');
  await ordering.commit([{ records: [outgoing(message())] }]);
  await backup(data, join(data, 'backup'));
  const late = () => ordering.commit([{ records: [outgoing(message())] }]);

  restore('ordering');

  await assert.rejects(late(), { code: 'store-not-synced', message: /taken away, or replaced/ });
  await assert.rejects(late(), { code: 'store-not-synced' });
  await ordering.close();
  const anew = await sqlite(data).open('ordering');
  assert.equal(await anew.head(), 1);
  await anew.close();
});

test('a write-ahead log that somebody deletes takes no commit with it that was answered', async (t) => {
  const { data } = place(t);
  const ordering = await sqlite(data).open('ordering');
  await ordering.commit([{ records: [outgoing(message())] }]);

  rmSync(join(data, 'ordering.sqlite-wal'));

  await assert.rejects(ordering.commit([{ records: [outgoing(message())] }]), {
    code: 'store-not-synced',
  });
  await ordering.close();
});

/** A directory, and how a file in it is restored as docs/backup.md says. */
function place(t: TestContext) {
  const data = mkdtempSync(join(tmpdir(), 'thereupon-replaced-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const restore = (context: string): void => {
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(data, `${context}.sqlite${end}`), { force: true });
    copyFileSync(join(data, 'backup', `${context}.sqlite`), join(data, `${context}.sqlite`));
  };
  return { data, restore };
}

/** How many balls came to the right. */
async function taken(data: string): Promise<number> {
  const log = await sqlite(data).reader('right');
  try {
    return (await incomingIds(log)).length;
  } finally {
    await log.close();
  }
}
