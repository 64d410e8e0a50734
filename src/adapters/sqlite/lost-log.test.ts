/** A context's log is lost for good: what its neighbours see, and how all goes on. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../../context/bounded-context.ts';
import { contract } from '../../contract/contract.ts';
import { whenever } from '../../reaction/whenever.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { EpochLostError } from '../../log/recover.ts';
import { LogCorruptError } from './errors.ts';
import { newEpoch } from './new-epoch.ts';
import { sqlite } from './sqlite-store.ts';

const Placed = contract('ordering.Placed', {
  version: 1,
  schema: z.object({ id: z.string() }),
  key: (data) => data.id,
});
const ordering = boundedContext('ordering', { publishes: [Placed] });
const accept = { who: 'ada', why: 'the disk failed' };

test('a damaged log without a backup is begun anew, when somebody says so', async (t) => {
  const { data, heard, live, lose } = scene(t);
  await live(['o-1', 'o-2']);
  writeFileSync(join(data, 'ordering.sqlite'), 'x'.repeat(8_192));
  await assert.rejects(live([]), (error) => error instanceof LogCorruptError);
  lose();

  await assert.rejects(newEpoch(data, 'ordering'), (error) => {
    assert.ok(error instanceof EpochLostError);
    assert.match(error.message, /"billing" up to 2.*newest backup first/);
    return true;
  });
  const began = await newEpoch(data, 'ordering', { accept });
  const { status } = await live(['o-3']);

  assert.equal(began.beyond, 2);
  assert.equal(status, 'green');
  assert.deepEqual(heard, ['o-1', 'o-2', 'o-3']);
  const log = await sqlite(data).reader('ordering');
  const [operation] = await log.operations(1);
  await log.close();
  assert.deepEqual([operation?.who, operation?.why], [accept.who, accept.why]);
  assert.match(operation?.detail ?? '', /"neighbour":"billing"/);
});

test('what an empty log published before anybody accepted the loss is not lost', async (t) => {
  const { data, heard, live, lose } = scene(t);
  await live(['o-1', 'o-2']);
  lose();
  const before = await live(['o-3', 'o-4', 'o-5'], 'red');

  await newEpoch(data, 'ordering', { accept });
  const after = await live(['o-6']);

  assert.deepEqual([before.status, after.status], ['red', 'green']);
  assert.deepEqual(heard, ['o-1', 'o-2', 'o-3', 'o-4', 'o-5', 'o-6']);
});

test('a log that nobody knows is not begun by a slip of the pen', async (t) => {
  const { data, live } = scene(t);
  await live(['o-1']);

  await assert.rejects(newEpoch(data, 'orderin', { accept }), { code: 'log-corrupt' });
});

function scene(t: TestContext) {
  const data = mkdtempSync(join(tmpdir(), 'thereupon-lost-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const heard: string[] = [];
  const hear = whenever('hear', Placed, (event) => void heard.push(event.data.id));
  const billing = boundedContext('billing', { reactions: [hear] });
  /** One life of the application, in which this is published. */
  const live = async (ids: readonly string[], expected: 'green' | 'red' = 'green') => {
    const app = await start(t, [ordering, billing], { store: sqlite(data) });
    for (const id of ids) await app.transaction(ordering, (tx) => tx.publish(Placed, { id }));
    if (expected === 'green') await app.settled();
    await until(async () => (await app.health()).status === expected);
    const { status } = await app.health();
    await app.stop();
    return { status };
  };
  const lose = (): void => {
    mkdirSync(join(data, 'away'));
    for (const end of ['', '-wal', '-shm']) {
      const file = `ordering.sqlite${end}`;
      try {
        renameSync(join(data, file), join(data, 'away', file));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  };
  return { data, heard, live, lose };
}
