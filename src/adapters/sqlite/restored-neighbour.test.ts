/** What a context's neighbours see when only its log is restored from a backup, and what helps. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogRestoredError } from '../../backbone/backbone.ts';
import { ends, incomingIds, message, outgoing, until } from '../../backbone/fixtures/ends.ts';
import { embedded } from '../../backbone/log-to-log.ts';
import type { Log } from '../../log/log.ts';
import { backup } from './backup.ts';
import { newEpoch } from './new-epoch.ts';
import { sqlite } from './sqlite-store.ts';

test('a neighbour of a restored log takes nothing until a new epoch, then all that is new', async () => {
  const root = mkdtempSync(join(tmpdir(), 'thereupon-'));
  const data = join(root, 'data');
  const sent = Array.from({ length: 4 }, () => message());
  const store = sqlite(data);
  await publish(await store.open('ordering'), sent.slice(0, 2));
  await backup(data, join(root, 'backup'));
  await publish(await store.open('ordering'), sent.slice(2));
  await life(data, async ({ settledIntake }) => (await settledIntake()).stop());
  copyFileSync(join(root, 'backup', 'ordering.sqlite'), join(data, 'ordering.sqlite'));

  const problem = await life(data, async ({ intake }) => {
    const refused = intake();
    await refused.start();
    await until('a problem', () => refused.problem !== undefined);
    await refused.stop();
    return refused.problem;
  });
  await newEpoch(data, 'ordering');
  const anew = message();
  await publish(await store.open('ordering'), [anew]);
  const taken = await life(data, async ({ settledIntake, log }) => {
    await (await settledIntake()).stop();
    return incomingIds(log);
  });

  assert.ok(problem instanceof LogRestoredError);
  assert.match(problem.message, /ends at position 2, 4 was already taken/);
  assert.deepEqual(
    taken,
    [...sent, anew].map(({ id }) => id),
  );
  rmSync(root, { recursive: true, force: true });
});

test('a restored log is not written to before it has a new epoch', async () => {
  const root = mkdtempSync(join(tmpdir(), 'thereupon-'));
  const data = join(root, 'data');
  await publish(await sqlite(data).open('ordering'), [message()]);
  await backup(data, join(root, 'backup'));
  await publish(await sqlite(data).open('ordering'), [message()]);
  await life(data, async ({ settledIntake }) => (await settledIntake()).stop());
  copyFileSync(join(root, 'backup', 'ordering.sqlite'), join(data, 'ordering.sqlite'));

  await assert.rejects(sqlite(data).open('ordering'), {
    code: 'log-behind',
    message: /ends at position 1, but "billing" has taken in 2 of it.*newEpoch\(/,
  });
  await newEpoch(data, 'ordering');
  await publish(await sqlite(data).open('ordering'), [message()]);
  const taken = await life(data, async ({ settledIntake, log }) => {
    await (await settledIntake()).stop();
    return incomingIds(log);
  });

  assert.equal(taken.length, 3);
  rmSync(root, { recursive: true, force: true });
});

async function publish(log: Log, messages: readonly ReturnType<typeof message>[]): Promise<void> {
  await log.commit([{ records: messages.map(outgoing) }]);
  await log.close();
}

/** One life of the consuming context; nothing is left open behind it. */
async function life<T>(
  directory: string,
  work: (scene: Awaited<ReturnType<typeof ends>>) => Promise<T>,
): Promise<T> {
  const backbone = embedded();
  const scene = await ends(backbone, { store: sqlite(directory) });
  const result = await work(scene);
  await backbone.close();
  await scene.log.close();
  return result;
}
