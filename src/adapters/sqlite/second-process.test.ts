import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, test } from 'node:test';
import {
  permissionsAreNotHeld,
  withoutRootsRights,
} from '../../../scripts/testing/without-roots-rights.ts';
import { LogInUseError } from '../../log/log-in-use.ts';
import { sqlite } from './sqlite-store.ts';

let directory: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(directory, { recursive: true, force: true });
});

test('a second process is refused, and is told which process runs and since when', async () => {
  const before = Date.now();
  const owner = await start(`await store.open('ordering'); say('open');`);

  const refused = await sqlite(directory).open('ordering').catch(asError);

  assert.ok(refused instanceof LogInUseError);
  assert.equal(refused.pid, owner.pid);
  assert.ok((refused.startedAt ?? 0) >= before && (refused.startedAt ?? 0) <= Date.now());
  assert.match(refused.message, new RegExp(`process ${owner.pid}, running since 2`));
});

test('who looks again and again who runs a log keeps nobody from opening it', async () => {
  await start(`
    say('looking');
    for (;;) {
      await store.diagnose('ordering');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }`);

  for (let count = 0; count < 100; count += 1)
    await (await sqlite(directory).open('ordering')).close();
});

test('a diagnosis names the process that runs a log, and how much room there is', async () => {
  const owner = await start(`await store.open('ordering'); say('open');`);

  const diagnosis = await sqlite(directory).diagnose?.('ordering');
  await kill(owner);
  const after = await sqlite(directory).diagnose?.('ordering');

  assert.equal(diagnosis?.runners[0]?.pid, owner.pid);
  assert.ok((diagnosis?.runners[0]?.startedAt ?? 0) > 0);
  assert.ok((diagnosis?.disk?.freeBytes ?? 0) > 0);
  assert.deepEqual(after?.runners, []);
});

test('another context of the same directory has an owner of its own', async () => {
  await start(`await store.open('ordering'); say('open');`);

  const log = await sqlite(directory).open('billing');

  assert.equal(await log.head(), 0);
  await log.close();
});

test('kill -9 gives the log free, with all that was committed and nothing else', async () => {
  const owner = await start(`
    const log = await store.open('ordering');
    for (let version = 1; ; version += 1) {
      await log.commit([{ records: [record(version)], marks: [{ source: 'x', contract: 'c', epoch: 'e', position: version }] }]);
      say(version);
    }`);
  let acknowledged = 0;
  for await (const line of linesOf(owner)) {
    acknowledged = Number(line);
    if (acknowledged === 200) break;
  }
  await kill(owner);

  const log = await sqlite(directory).open('ordering');

  const version = await log.streamVersion('stream-1');
  assert.ok(version >= acknowledged, `${version} in the log, ${acknowledged} acknowledged`);
  assert.equal((await log.marks())[0]?.position, version);
  assert.equal(await log.head(), version);
  await log.close();
});

test('a reader beside a killed owner reads what it had committed', async () => {
  const owner = await start(`
    const log = await store.open('ordering');
    await log.commit([{ records: [record(1)] }]);
    say('committed');`);
  await kill(owner);

  const reader = await sqlite(directory).reader('ordering');

  assert.equal((await reader.read({ after: 0, limit: 10 })).length, 1);
  await reader.close();
});

test('a reader is woken by what another process commits, within a second', async () => {
  const owner = await start(`
    const log = await store.open('ordering');
    say('open');
    await lineIn();
    await log.commit([{ records: [record(1)] }]);
    say('committed');`);
  const published = await sqlite(directory).published('ordering');
  assert.equal(await published.head(), 0);
  const woken = new Promise<string>((resolve) => {
    published.onChange(() => resolve('woken'));
  });

  owner.stdin?.write('go\n');
  const first = await Promise.race([woken, sleepAlive(2_000, 'not woken')]);

  assert.equal(first, 'woken');
  assert.equal(await published.head(), 1);
  await published.close();
});

test('a log that another process creates later appears, and wakes who waits for it', async () => {
  const published = await sqlite(directory).published('ordering');
  const types = ['OrderPlaced'];
  assert.equal(await published.epoch(), '');
  assert.deepEqual(await published.read({ after: 0, types, limit: 10 }), []);
  const woken = new Promise<string>((resolve) => {
    published.onChange(() => resolve('woken'));
  });

  await start(`
    const log = await store.open('ordering');
    await log.commit([{ records: [record(1), { ...record(2), direction: 'outgoing', stream: null, version: null }] }]);
    say('committed');`);

  assert.equal(await Promise.race([woken, sleepAlive(3_000, 'not woken')]), 'woken');
  assert.notEqual(await published.epoch(), '');
  const records = await published.read({ after: 0, types, limit: 10 });
  assert.deepEqual(
    records.map((record) => [record.position, record.direction, record.stream]),
    [[2, 'outgoing', null]],
  );
  await published.close();
});

test('a writer waits for the lock of another process without stopping the event loop', async () => {
  const log = await sqlite(directory).open('ordering');
  const shell = await start(`
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(directory + '/ordering.sqlite');
    database.exec('begin immediate');
    say('locked');
    await lineIn();
    database.exec('rollback');`);
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 5);

  const commit = log.commit([
    { marks: [{ source: 'billing', contract: 'c', epoch: 'e', position: 1 }] },
  ]);
  await sleepAlive(100, '');
  const ticksWhileLocked = ticks;
  shell.stdin?.write('go\n');
  const outcomes = await commit;

  clearInterval(ticking);
  assert.deepEqual(outcomes, [{ kind: 'committed', positions: [] }]);
  assert.ok(ticksWhileLocked >= 5, `the event loop had ${ticksWhileLocked} turns in 100 ms`);
  await log.close();
});

test(
  'a directory that cannot be written to is a StoreReadOnlyError',
  { skip: permissionsAreNotHeld },
  async () => {
    const readOnly = join(directory, 'read-only');
    mkdirSync(readOnly);
    const log = await sqlite(readOnly).open('ordering');
    await log.close();
    chmodSync(readOnly, 0o555);
    try {
      const child = await start(
        `
      for (const context of ['ordering', 'billing']) {
        await store.open(context).catch((error) => say([error.name, error.code, error.path].join(' ')));
      }
      const deeper = sqlite(directory + '/deeper');
      await deeper.open('ordering').catch((error) => say(error.name));`,
        { directory: readOnly },
      );

      for (const context of ['ordering', 'billing'])
        assert.equal(
          await firstLine(child),
          `StoreReadOnlyError store-read-only ${join(readOnly, `${context}.sqlite`)}`,
        );
      assert.equal(await firstLine(child), 'StoreReadOnlyError');
    } finally {
      // Otherwise nobody but root can clear it away.
      chmodSync(readOnly, 0o755);
    }
  },
);

/** Starts a process that runs `program`; resolves at the first line it says (kept for reading). */
async function start(program: string, options: { directory?: string } = {}): Promise<ChildProcess> {
  const code = `
    import { createInterface } from 'node:readline';
    import { sqlite } from ${JSON.stringify(new URL('./sqlite-store.ts', import.meta.url).href)};
    const directory = ${JSON.stringify(options.directory ?? directory)};
    const store = sqlite(directory);
    const say = (text) => process.stdout.write(text + '\\n');
    const lineIn = () => new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
    const record = (version) => ({
      id: 'id-' + version, direction: 'domain', stream: 'stream-1', version, type: 'OrderPlaced',
      schemaVersion: 1, key: '1', data: '{}', source: 'ordering', occurredAt: 1, recordedAt: 1,
      correlationId: 'c', causationId: 'c', traceparent: null, metadata: null,
    });
    setTimeout(() => {}, 60_000);
    ${program}`;
  const words = ['--no-warnings', '--input-type=module', '-e', code];
  const child = spawn(...withoutRootsRights(process.execPath, words), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'readable');
  return child;
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  assert.ok(child.stdout);
  return createInterface({ input: child.stdout });
}

const readers = new WeakMap<ChildProcess, AsyncIterator<string>>();

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  const lines = readers.get(child) ?? linesOf(child)[Symbol.asyncIterator]();
  readers.set(child, lines);
  const line = await lines.next();
  return line.done === true ? undefined : line.value;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function sleepAlive<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value));
}

function asError(error: unknown): unknown {
  return error;
}
