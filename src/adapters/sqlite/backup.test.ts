import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../../host/clock.ts';
import type { Log } from '../../log/log.ts';
import { LogInUseError } from '../../log/log-in-use.ts';
import type { NewRecord } from '../../log/record.ts';
import { backup, BackupTargetError } from './backup.ts';
import { newEpoch } from './new-epoch.ts';
import { sqlite } from './sqlite-store.ts';

let root: string;
let data: string;
let target: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thereupon-'));
  data = join(root, 'data');
  target = join(root, 'backup');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a backup of a running application holds a moment of each log, and they agree', async () => {
  const ordering = await sqlite(data).open('ordering');
  const billing = await sqlite(data).open('billing');
  await publish(ordering, 1, 2_000);
  let isBusy = true;
  const work = (async () => {
    // Billing follows Ordering closely: a copy of Ordering a moment older would not agree.
    for (let version = 2_001; isBusy; version += 1) {
      await publish(ordering, version, version);
      await take(billing, ordering, version);
      if (version % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  })();

  const contexts = await backup(data, target);
  isBusy = false;
  await work;

  assert.deepEqual(contexts, ['billing', 'ordering']);
  const copies = sqlite(target);
  const copied = await copies.open('ordering');
  const copiedBilling = await copies.open('billing');
  const head = await copied.head();
  assert.ok(head >= 2_000 && head <= (await ordering.head()));
  assert.equal((await copied.read({ after: 0, limit: 100_000 })).length, head);
  assert.equal(copied.epoch, ordering.epoch);
  assert.ok(((await copiedBilling.marks())[0]?.position ?? 0) <= head);
  assert.equal(existsSync(join(target, 'ordering.unfinished')), false);
  for (const log of [ordering, billing, copied, copiedBilling]) await log.close();
});

test('contexts that never agree give an error, and no backup', async () => {
  const { ordering, billing, host, moments } = await mutualFlow(() => false);

  await assert.rejects(backup(data, target, { host }), {
    code: 'backup-disagrees',
    retryable: true,
    message: /log of "(ordering|billing)" ended at \d+ when "(ordering|billing)" had taken in/,
  });

  assert.equal(moments(), 49);
  assert.equal(existsSync(target), false);
  await Promise.all([ordering.close(), billing.close()]);
});

test('a backup waits for a moment at which contexts agree that send each other messages', async () => {
  const { ordering, billing, host, moments } = await mutualFlow((moment) => moment === 7);

  const contexts = await backup(data, target, { host });

  assert.deepEqual(contexts, ['billing', 'ordering']);
  assert.equal(moments(), 7);
  const [copy, copyOfBilling] = [
    await sqlite(target).open('ordering'),
    await sqlite(target).open('billing'),
  ];
  assert.ok(((await copyOfBilling.marks())[0]?.position ?? 0) <= (await copy.head()));
  assert.ok(((await copy.marks())[0]?.position ?? 0) <= (await copyOfBilling.head()));
  await Promise.all([ordering, billing, copy, copyOfBilling].map((log) => log.close()));
});

test('a copy that fails leaves nothing of the backup', async () => {
  for (const context of ['billing', 'ordering']) await (await sqlite(data).open(context)).close();
  // A directory in its place: SQLite cannot write the second copy.
  mkdirSync(join(target, 'ordering.unfinished', 'in the way'), { recursive: true });

  await assert.rejects(backup(data, target));

  assert.equal(existsSync(join(target, 'billing.sqlite')), false);
});

test('a backup does not write over another one', async () => {
  await (await sqlite(data).open('ordering')).close();
  await backup(data, target);

  await assert.rejects(backup(data, target), BackupTargetError);
});

test('a new epoch goes on beyond all that a neighbour has seen, and names the one before', async () => {
  const ordering = await sqlite(data).open('ordering');
  await publish(ordering, 1, 3);
  await backup(data, target);
  await publish(ordering, 4, 7);
  const billing = await sqlite(data).open('billing');
  await take(billing, ordering, 7);
  const lost = ordering.epoch;
  await billing.close();
  await ordering.close();
  copyFileSync(join(target, 'ordering.sqlite'), join(data, 'ordering.sqlite'));

  const began = await newEpoch(data, 'ordering');

  assert.deepEqual(began, {
    epoch: began.epoch,
    predecessor: { epoch: lost, upTo: 3 },
    beyond: 7,
  });
  assert.notEqual(began.epoch, lost);
  const restored = await sqlite(data).open('ordering');
  const published = await sqlite(data).published('ordering');
  assert.equal(restored.epoch, began.epoch);
  assert.equal(await published.epoch(), began.epoch);
  assert.deepEqual(await published.predecessors?.(), [{ epoch: lost, upTo: 3 }]);
  assert.equal(await restored.head(), 3);
  assert.deepEqual(await publish(restored, 4, 4), [8]);
  await restored.close();
  await published.close();
});

test('what an older epoch shares shrinks when its successor is restored', async () => {
  const ordering = await sqlite(data).open('ordering');
  const first = ordering.epoch;
  await publish(ordering, 1, 5);
  await ordering.close();
  const second = await newEpoch(data, 'ordering');
  await backup(data, target);
  const third = await newEpoch(target, 'ordering', { beyond: 100 });

  const published = await sqlite(target).published('ordering');

  assert.equal(third.beyond, 100);
  assert.deepEqual(
    new Set(await published.predecessors?.()),
    new Set([
      { epoch: first, upTo: 5 },
      { epoch: second.epoch, upTo: 5 },
    ]),
  );
  await published.close();
});

test('a running application keeps its epoch', async () => {
  const ordering = await sqlite(data).open('ordering');

  await assert.rejects(newEpoch(data, 'ordering'), LogInUseError);

  await ordering.close();
});

async function publish(log: Log, from: number, to: number): Promise<readonly number[]> {
  const records: NewRecord[] = [];
  for (let version = from; version <= to; version += 1) records.push(message(version));
  const [outcome] = await log.commit([{ records }]);
  assert.equal(outcome?.kind, 'committed');
  return outcome.positions;
}

/**
 * Two contexts as another process sees them that cannot look at both at once: at each moment one
 * has taken in more than it sees of the other, until they agree.
 */
async function mutualFlow(agreesAt: (moment: number) => boolean) {
  const ordering = await sqlite(data).open('ordering');
  const billing = await sqlite(data).open('billing');
  let moment = 0;
  let version = 0;
  const goOn = async (): Promise<void> => {
    const [one, other] = moment % 2 === 0 ? [ordering, billing] : [billing, ordering];
    await publish(one, (version += 1), version);
    await publish(other, (version += 1), version);
    await take(one, other, await other.head());
    await take(other, one, (await one.head()) + (agreesAt(moment) ? 0 : 1));
  };
  await goOn();
  const host = {
    clock: {
      ...systemClock(),
      async sleep() {
        moment += 1;
        await goOn();
      },
    },
  };
  return { ordering, billing, host, moments: () => moment };
}

async function take(log: Log, source: Log, position: number): Promise<void> {
  await log.commit([
    { marks: [{ source: source.context, contract: 'c', epoch: source.epoch, position }] },
  ]);
}

function message(number: number): NewRecord {
  return {
    id: `message-${number}`,
    direction: 'outgoing',
    stream: null,
    version: null,
    type: 'OrderPlaced',
    schemaVersion: 1,
    key: '1',
    data: JSON.stringify({ text: 'x'.repeat(500) }),
    source: 'ordering',
    occurredAt: 1,
    recordedAt: 1,
    correlationId: 'c',
    causationId: 'c',
    traceparent: null,
    metadata: null,
  };
}
