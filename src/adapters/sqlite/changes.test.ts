/** Looking whether another process has committed: how often, until when, and what its errors do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ManualClock, manualClock } from '../../host/fixtures/manual-clock.ts';
import { Changes, ChangeWatcher } from './changes.ts';

const MINUTE_MS = 60_000;

test('while nothing happens it looks once a second, and first after 100 ms', async () => {
  const { clock, looks, watcher } = watching();
  watcher.listen(() => undefined);
  looks.length = 0;

  await clock.advance(MINUTE_MS);
  const first = [...looks];
  looks.length = 0;
  await clock.advance(10 * MINUTE_MS);

  assert.equal(first[0], 100);
  assert.equal(looks.length, 600);
  watcher.close();
});

test('what another process commits is told within a second, and then it looks more often', async () => {
  const { clock, looks, watcher, commit } = watching();
  const told: string[] = [];
  watcher.listen((by) => told.push(by));
  await clock.advance(MINUTE_MS);

  looks.length = 0;
  commit();
  await clock.advance(1_000);
  assert.deepEqual(told, ['foreign']);
  await clock.advance(1_000);

  assert.ok(looks.length > 4, `${looks.length} looks in two seconds`);
  watcher.close();
});

test('it looks only while somebody listens, and never after it is closed', async () => {
  const { clock, looks, watcher } = watching();
  await clock.advance(MINUTE_MS);
  assert.deepEqual(looks, []);
  const stop = watcher.listen(() => undefined);
  stop();
  looks.length = 0;
  await clock.advance(MINUTE_MS);
  assert.deepEqual(looks, []);

  watcher.listen(() => undefined);
  watcher.close();
  watcher.listen(() => undefined);
  looks.length = 0;
  await clock.advance(MINUTE_MS);

  assert.deepEqual(looks, []);
});

test('when it cannot look, those who listen are told once, so that they meet the error themselves', async () => {
  const { clock, looks, watcher, fail } = watching();
  const told: string[] = [];
  watcher.listen((by) => told.push(by));

  fail(new RangeError('the file is gone'));
  await clock.advance(MINUTE_MS);
  assert.deepEqual(told, ['foreign']);
  fail(undefined);
  await clock.advance(1_000);

  assert.deepEqual(told, ['foreign', 'foreign']);
  assert.ok(looks.length > 10);
  watcher.close();
});

test('a file that cannot be looked at when somebody begins to listen is no fault of theirs', async () => {
  const { clock, watcher, fail } = watching();
  const told: string[] = [];
  fail(new RangeError('the file is gone'));

  watcher.listen((by) => told.push(by));
  fail(undefined);
  await clock.advance(1_000);

  assert.deepEqual(told, ['foreign']);
  watcher.close();
});

/** A watcher over a number that stands for a file, and when it was looked at. */
function watching() {
  const clock: ManualClock = manualClock();
  const looks: number[] = [];
  let version = 1;
  let failure: Error | undefined;
  const watcher = new ChangeWatcher({
    changes: new Changes(),
    isOwner: true,
    clock,
    version: () => {
      looks.push(clock.elapsedMs());
      if (failure !== undefined) throw failure;
      return version;
    },
  });
  return {
    clock,
    looks,
    watcher,
    commit: () => (version += 1),
    fail: (error: Error | undefined) => (failure = error),
  };
}
