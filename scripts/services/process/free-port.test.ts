import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from './free-port.ts';

test('the port that is wanted is given while nobody listens on it, and another one otherwise', async () => {
  const wanted = await freePort();
  const whileFree = await freePort(wanted);
  const listener = createServer().listen(wanted, '127.0.0.1');
  await once(listener, 'listening');
  const whileTaken = await freePort(wanted);
  listener.close();

  assert.equal(whileFree, wanted);
  assert.notEqual(whileTaken, wanted);
});
