import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { order, place, twoContexts } from '../inspection/fixtures/two-contexts.ts';
import { run } from '../runtime/run.ts';
import type { Lag } from '../inspection/lag.ts';
import { ConsoleOptionError } from './console-options.ts';
import { eventsOf } from './fixtures/watched.ts';
import { ConsolePortError, serveConsole } from './serve-console.ts';

test('a console is served on this machine alone, and ends with all that is being watched', async () => {
  const { contexts } = twoContexts();
  const app = await run(contexts, { store: memory() });
  const { url, port, close } = await serveConsole(app, { port: 0 });

  const about = await fetch(`${url}/api/about`);
  const root = await fetch(`http://localhost:${port}/`, { redirect: 'manual' });
  const feed = await fetch(`${url}/api/pulse`);
  const events = eventsOf(feed);
  const first = await events.next();
  await close();

  assert.equal(about.status, 200);
  assert.equal(root.headers.get('location'), '/console/');
  assert.equal(first.value?.event, 'pulse');
  await assert.rejects(fetch(`${url}/api/about`));
  await events.next().catch(() => undefined);
  await app.stop();
});

test('beside no running application it shows what its store holds', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-console-'));
  const { contexts } = twoContexts();
  const store = sqlite(directory);
  const app = await run(contexts, { store });
  await app.handle(order, '1', place('1'));
  await app.settled();
  await app.stop();
  const { url, close } = await serveConsole({ contexts, store }, { port: 0 });
  try {
    const lag = (await (await fetch(`${url}/api/lag`)).json()) as Lag;
    const trace = await fetch(`${url}/api/trace?id=order/1`);

    assert.deepEqual(
      lag.contexts.map(({ running }) => running.processes?.length),
      [0, 0],
    );
    assert.equal(trace.status, 200);
  } finally {
    await close();
    rmSync(directory, { recursive: true });
  }
});

test('beyond this machine it is not served without tokens or authentication', async () => {
  const config = { contexts: twoContexts().contexts, store: memory() };

  for (const hostname of ['0.0.0.0', '::', '192.0.2.1', 'example.com'])
    await assert.rejects(
      serveConsole(config, { port: 0, hostname }),
      (error: unknown) => error instanceof ConsoleOptionError && error.option === 'hostname',
      hostname,
    );
  const tokens = { operator: 'an operator token' };
  const { port, close } = await serveConsole(config, { port: 0, hostname: '0.0.0.0', tokens });
  const answer = await fetch(`http://127.0.0.1:${port}/console/api/about`);
  await close();

  assert.equal(answer.status, 401);
});

const speaksIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.family === 'IPv6');

test(
  'the address of a console that is served on IPv6 can be opened as it is told',
  { skip: speaksIPv6 ? false : 'this machine has no IPv6' },
  async () => {
    const config = { contexts: twoContexts().contexts, store: memory() };
    const tokens = { viewer: 'v'.repeat(20) };
    const { url, close } = await serveConsole(config, { port: 0, hostname: '::', tokens });
    try {
      assert.match(url, /^http:\/\/\[::\]:\d+\/console$/);
      assert.equal((await fetch(`${url}/api/about`)).status, 401);
    } finally {
      await close();
    }
  },
);

test('what is no request is refused, and fills no log', async (t) => {
  const printed = t.mock.method(console, 'error', () => undefined);
  const { port, close } = await serveConsole(
    { contexts: twoContexts().contexts, store: memory() },
    { port: 0 },
  );

  for (const line of [
    'TRACE /console/ HTTP/1.1\r\nHost: localhost',
    'GET / HTTP/1.1\r\nHost: a b',
  ]) {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${line}\r\nConnection: close\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1.1 400 /, line);
  }
  await close();

  assert.equal(printed.mock.callCount(), 0);
});

test('where somebody listens already it says so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const config = { contexts: twoContexts().contexts, store: memory() };
  try {
    await assert.rejects(
      serveConsole(config, { port }),
      (error: unknown) =>
        error instanceof ConsolePortError && /somebody listens there already/.test(error.message),
    );
  } finally {
    other.close();
  }
});
