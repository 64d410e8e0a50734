import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, afterEach, beforeEach, test } from 'node:test';
import type { NewRecord } from '../../log/record.ts';
import { LogCorruptError, LogNewerError, StoreFullError } from './errors.ts';
import { ContextNameError } from '../../log/context-name.ts';
import { NetworkFileSystemError, refuseNetworkFileSystem } from './network-file-system.ts';
import { sqlite } from './sqlite-store.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
  path = join(directory, 'ordering.sqlite');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a file that is no database is a LogCorruptError, and is left as it is', async () => {
  writeFileSync(path, 'Dear diary, '.repeat(1_000));

  const refused = await sqlite(directory).open('ordering').catch(asError);

  assert.ok(refused instanceof LogCorruptError);
  assert.equal(refused.path, path);
  assert.match(refused.message, /Restore it from a backup/);
  assert.equal(execFileSync('head', ['-c', '10', path], { encoding: 'utf8' }), 'Dear diary');
});

test('a damaged log is a LogCorruptError where it is damaged', async () => {
  const log = await sqlite(directory).open('ordering');
  await log.commit(Array.from({ length: 500 }, (_, index) => ({ records: [record(index + 1)] })));
  await log.close();
  truncateSync(path, 20 * 4096);

  const damaged = await sqlite(directory)
    .open('ordering')
    .then((opened) => opened.read({ after: 0, limit: 1_000 }))
    .catch(asError);

  assert.ok(damaged instanceof LogCorruptError, String(damaged));
});

test('the database of another application is refused, and not changed', async () => {
  const other = new DatabaseSync(path);
  other.exec('create table mine (a)');
  other.close();

  await assert.rejects(sqlite(directory).open('ordering'), {
    name: 'LogCorruptError',
    reason: 'it belongs to another application',
  });

  const after = new DatabaseSync(path);
  assert.equal(after.prepare('select count(*) as count from sqlite_schema').get()?.['count'], 1);
  after.close();
});

test('the log of another context is refused', async () => {
  await (await sqlite(directory).open('ordering')).close();
  execFileSync('cp', [path, join(directory, 'billing.sqlite')]);

  await assert.rejects(sqlite(directory).open('billing'), {
    name: 'LogCorruptError',
    reason: 'it is the log of "ordering"',
  });
});

test('a log that a newer version wrote is refused, by owner and readers alike', async () => {
  await (await sqlite(directory).open('ordering')).close();
  const newer = new DatabaseSync(path);
  newer.exec("update meta set value = '99' where name = 'format'");
  newer.close();
  const store = sqlite(directory);

  const refused = await store.open('ordering').catch(asError);
  const reader = await store.reader('ordering');

  assert.ok(refused instanceof LogNewerError);
  assert.equal(refused.format, 99);
  assert.equal(refused.retryable, false);
  await assert.rejects(reader.head(), LogNewerError);
  await reader.close();
});

test('after a refusal the log can be opened once the reason is gone', async () => {
  writeFileSync(path, 'x'.repeat(5_000));
  const store = sqlite(directory);
  await assert.rejects(store.open('ordering'), LogCorruptError);
  rmSync(path);

  const log = await store.open('ordering');

  assert.equal(await log.head(), 0);
  await log.close();
});

test('a context whose name cannot be a file name is refused', async () => {
  for (const name of ['', '../ordering', 'a/b', 'a"b', '😀', 'a\nb', '.hidden', 'x'.repeat(101)]) {
    await assert.rejects(sqlite(directory).open(name), ContextNameError, JSON.stringify(name));
  }
});

test('a directory on a network file system is refused', () => {
  assert.throws(() => refuseNetworkFileSystem('/mnt/nfs', () => 0x6969), NetworkFileSystemError);
  assert.doesNotThrow(() => refuseNetworkFileSystem('/data', () => 0xef53));
});

test('a full database is a StoreFullError, nothing of the transaction stays', async () => {
  const log = await sqlite(directory).open('ordering');

  const full = await log
    .transaction(async (database) => {
      (database as DatabaseSync).exec('pragma max_page_count = 40; create table mine (a)');
      const records = Array.from({ length: 500 }, (_, index) => record(index + 1));
      return { result: undefined, writeSet: { records } };
    })
    .catch(asError);

  assert.ok(full instanceof StoreFullError, String(full));
  assert.equal(full.retryable, true);
  assert.equal(await log.head(), 0);
  await log.close();
});

test('a log that may not grow loses nothing, and goes on once it may', async () => {
  const log = await sqlite(directory).open('ordering');
  // Transactions have a connection of their own; the bound is that connection's.
  const append = (records: readonly NewRecord[], pagesMax: number) =>
    log.transaction(async (database) => {
      (database as DatabaseSync).exec(`pragma max_page_count = ${pagesMax}`);
      return { result: undefined, writeSet: { records } };
    });

  const { full, version } = await fillUp((next) => append([next], 100));
  await append([record(version + 1)], 10_000);

  assert.ok(full instanceof StoreFullError, String(full));
  assert.equal(await log.streamVersion('order-1'), version + 1);
  await log.close();
});

onSmallDisk(
  'a full disk loses nothing, and the log goes on once there is room',
  async (mounted) => {
    const ballast = join(mounted, 'ballast');
    writeFileSync(ballast, Buffer.alloc(512 * 1024));
    const log = await sqlite(mounted).open('ordering');

    const { full, version } = await fillUp((next) => log.commit([{ records: [next] }]));
    rmSync(ballast);
    const outcomes = await log.commit([{ records: [record(version + 1)] }]);

    assert.ok(full instanceof StoreFullError, String(full));
    assert.deepEqual(outcomes, [{ kind: 'committed', positions: [version + 1] }]);
    assert.equal(await log.streamVersion('order-1'), version + 1);
    await log.close();
  },
);

onSmallDisk(
  'a log that cannot be created for want of room is a StoreFullError, and can be later',
  async (mounted) => {
    const ballast = join(mounted, 'ballast');
    assert.throws(() => writeFileSync(ballast, Buffer.alloc(3 * 1024 * 1024)), { code: 'ENOSPC' });
    const store = sqlite(mounted);

    const full = await store.open('ordering').catch(asError);
    rmSync(ballast);
    const log = await store.open('ordering');

    assert.ok(full instanceof StoreFullError, String(full));
    assert.equal(await log.head(), 0);
    await log.close();
  },
);

/** Appends records of ten thousand characters until that fails; 1,000 of them are too many. */
async function fillUp(
  append: (record: NewRecord) => Promise<unknown>,
): Promise<{ full: unknown; version: number }> {
  for (let version = 0; version < 1_000; version += 1) {
    try {
      await append(record(version + 1, 'x'.repeat(10_000)));
    } catch (full) {
      assert.ok(version > 10, `${version} appends before it was full`);
      return { full, version };
    }
  }
  return assert.fail('it was never full');
}

/**
 * A test on a disk of 2 MB. Root mounts it here; anybody else, and root who may not, in a mount
 * namespace of a process of its own, which plays the same test once more.
 */
function onSmallDisk(name: string, play: (mounted: string) => Promise<void>): void {
  test(name, async (context) => {
    const mounted = join(directory, 'small-disk');
    if (!mountSmallDisk(mounted)) return playInNamespace(context, name);
    try {
      await play(mounted);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });
}

function mountSmallDisk(at: string): boolean {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return false;
  mkdirSync(at);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function playInNamespace(context: TestContext, name: string): void {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const isInside = env['THEREUPON_IN_NAMESPACE'] !== undefined;
  const namespace = ['--user', '--map-root-user', '--mount'];
  if (isInside || spawnSync('unshare', [...namespace, 'true']).status !== 0)
    return context.skip('neither may a small disk be mounted here, nor in a user namespace');

  const ended = spawnSync(
    'unshare',
    [
      ...namespace,
      process.execPath,
      '--conditions=thereupon-source',
      '--no-warnings',
      '--test-reporter=tap',
      `--test-name-pattern=^${name}$`,
      import.meta.filename,
    ],
    { encoding: 'utf8', env: { ...env, THEREUPON_IN_NAMESPACE: 'yes' } },
  );

  assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /^# pass 1$/m);
}

function record(version: number, text = ''): NewRecord {
  return {
    id: `id-${version}`,
    direction: 'domain',
    stream: 'order-1',
    version,
    type: 'OrderPlaced',
    schemaVersion: 1,
    key: '1',
    data: JSON.stringify({ text }),
    source: 'ordering',
    occurredAt: 1,
    recordedAt: 1,
    correlationId: 'c',
    causationId: 'c',
    traceparent: null,
    metadata: null,
  };
}

function asError(error: unknown): unknown {
  return error;
}
