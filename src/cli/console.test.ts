import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { twoContexts } from '../inspection/fixtures/two-contexts.ts';
import { consoleCommand } from './console.ts';
import { askCommand } from './fixtures/ask-command.ts';

const config = () => ({ contexts: twoContexts().contexts, store: memory() });

test('the console is served until Ctrl-C', async () => {
  const interrupt = new AbortController();
  let said = '';
  let status = 0;
  const { code } = await askCommand(consoleCommand, config(), ['--port', '0'], {
    print: (text) => (said += text),
    untilInterrupted: async (work) => {
      const url = /http:\S+/.exec(said)?.[0] ?? '';
      status = (await fetch(`${url}/api/about`)).status;
      setTimeout(() => interrupt.abort(), 10);
      return work(interrupt.signal);
    },
  });

  assert.equal(code, 0);
  assert.equal(status, 200);
  assert.match(said, /^The console: http:\/\/localhost:\d+\/console\nCtrl-C ends it\.$/);
});

test('beyond this machine it asks for a token, and says where', async () => {
  const { code, err } = await askCommand(consoleCommand, config(), ['--hostname', '0.0.0.0']);

  assert.equal(code, 2);
  assert.match(err, /open to whoever reaches "0\.0\.0\.0".*set CONSOLE_TOKEN/s);
});

test('a port that is taken, or is none, is told', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };

  const taken = await askCommand(consoleCommand, config(), ['--port', `${port}`]);
  const none = await askCommand(consoleCommand, config(), ['--port', 'eighty']);
  other.close();

  assert.equal(taken.code, 1);
  assert.match(taken.err, /somebody listens there already/);
  assert.equal(none.code, 2);
});
