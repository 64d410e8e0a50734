import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { StartedDev, project } from './dev/fixtures/started-dev.ts';

/** Two contexts; one counts the seconds, and says so by what the configuration gives it. */
const CONFIGURATION = `
import { aggregate, boundedContext, recurring, whenever } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
const count = aggregate({
  name: 'count',
  initial: 0,
  decide: ({ data }) => [{ type: 'Counted', data }],
  evolve: (state) => state + 1,
});
const everySecond = recurring('Second', { cron: '* * * * * *' });
const counting = boundedContext('counting', {
  aggregates: [count],
  reactions: [
    whenever('count', everySecond, async ({ data }, { handle, dependencies }) => {
      const { state } = await handle(count, 'c-1', { type: 'Count', data });
      dependencies.say('counted', state);
    }),
  ],
});
export const contexts = [counting, boundedContext('idle', {})];
export const store = sqlite('./data');
// Nobody closes what keeps this open.
setInterval(() => undefined, 60_000);
export const dependencies = { say: console.log };
`;

const MAIN = `
import { run } from 'thereupon';
import * as config from './thereupon.config.ts';
const app = await run(config.contexts, config);
process.once('SIGTERM', () => app.stop().finally(() => process.exit()));
`;

test('a configuration alone runs, with the dependencies that it exports, and stops in order', async (t) => {
  const { dev } = start(t, { 'thereupon.config.ts': CONFIGURATION });

  const told = await dev.until(/counted 1\n/);
  dev.signal('SIGINT');

  assert.match(told, /^Running: counting, idle on sqlite \.\/data\n.*npx thereupon trace ID/ms);
  assert.doesNotMatch(await dev.rest(), /killed/);
  assert.equal(await dev.ended, 0);
});

test('--only runs a part of it; a name that is none of it is told', async (t) => {
  // The console says where it is before or after that, whichever of the two is there first.
  const alone = [{ 'thereupon.config.ts': CONFIGURATION }, '--no-console', '--only'] as const;
  const first = start(t, ...alone, 'idle');
  const told = await first.dev.until(/Running: .*/);
  const wrong = start(t, ...alone, 'idel');
  const refused = await wrong.dev.until(/thereupon\.config\.ts has ended with exit code 1/);

  assert.equal(told, 'Running: idle on sqlite ./data');
  assert.match(refused, /"only" names "idel", which is no context/);
});

test('the console is served beside it, and goes on while the application is broken', async (t) => {
  const { dev, write } = start(
    t,
    { 'thereupon.config.ts': CONFIGURATION, 'main.ts': MAIN },
    'main.ts',
  );
  const url = (await dev.until(/Console: \S+/)).split('Console: ')[1] ?? '';
  const about = await (await fetch(`${url}/api/about`)).json();

  write('main.ts', 'throw new Error("broken");');
  await dev.until(/main\.ts has ended with exit code 1/);
  const beside = await fetch(`${url}/api/about`);
  dev.signal('SIGINT');

  assert.deepEqual((about as { contexts: unknown }).contexts, ['counting', 'idle']);
  assert.equal(beside.status, 200);
  assert.doesNotMatch(await dev.rest(), /killed/);
});

test('without a console nobody listens', async (t) => {
  const { dev } = start(t, { 'thereupon.config.ts': CONFIGURATION }, '--no-console');
  await dev.until(/counted 1\n/);
  dev.signal('SIGINT');

  assert.doesNotMatch(await dev.rest(), /Console/);
});

test('a configuration that is broken is told, and runs when it is mended', async (t) => {
  const { dev, write } = start(t, { 'thereupon.config.ts': 'export const contexts = [];' });
  const told = await dev.until(/thereupon\.config\.ts has ended with exit code 1\. Mend it/);

  write('thereupon.config.ts', CONFIGURATION);
  await dev.until(/Running: counting, idle/);

  assert.match(told, /does not export "store"/);
});

test('logs that another process has are told with its number', async (t) => {
  const { dev, ...made } = start(t, { 'thereupon.config.ts': CONFIGURATION });
  await dev.until(/Running/);

  const second = new StartedDev(t, made);

  assert.match(await second.until(/exit code 1/), /LogInUseError: .* in use by process \d+/);
});

/** Stores as fast as it can, and says of each event when it is stored. */
const STORING = `
import { run } from 'thereupon';
import { note } from './note.ts';
import * as config from './thereupon.config.ts';
const app = await run(config.contexts, config);
let isStopping = false;
process.once('SIGTERM', () => (isStopping = true));
for (let number = 1; !isStopping; number += 1) {
  const { version } = await app.handle(note, 'n-1', { type: 'Note', data: { number } });
  console.log('stored', version);
}
await app.stop();
console.log('stopped');
`;
const NOTE = `
import { aggregate } from 'thereupon';
export const note = aggregate({
  name: 'note',
  initial: 0,
  decide: ({ data }) => [{ type: 'Noted', data }],
  evolve: (state) => state + 1,
});
`;
const NOTES = `
import { boundedContext } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { note } from './note.ts';
export const contexts = [boundedContext('notes', { aggregates: [note] })];
export const store = sqlite('./data');
`;

test('what was stored before a change of the code is there after it, and it goes on from there', async (t) => {
  const files = { 'main.ts': STORING, 'note.ts': NOTE, 'thereupon.config.ts': NOTES };
  const { dev, directory, write } = start(t, files, 'main.ts');
  let written = await dev.until(/stored \d+\n/);
  for (const change of [1, 2]) {
    write('note.ts', `${NOTE}// ${change}\n`);
    written += await dev.until(/Running again: notes[^]*?stored \d+\n/);
  }
  dev.signal('SIGTERM');
  written += await dev.rest();

  const versions = [...written.matchAll(/^stored (\d+)$/gm)].map(([, version]) => Number(version));
  assert.equal(await dev.ended, 0);
  assert.equal(written.match(/^stopped$/gm)?.length, 3);
  assert.deepEqual(
    versions,
    versions.map((_, index) => index + 1),
  );
  assert.equal(await countIn(directory), versions.length);
});

async function countIn(directory: string): Promise<number> {
  const log = await sqlite(join(directory, 'data')).reader('notes');
  try {
    return await log.head();
  } finally {
    await log.close();
  }
}

function start(t: TestContext, files: Readonly<Record<string, string>>, ...words: string[]) {
  const made = project(t, files);
  return { ...made, dev: new StartedDev(t, made, ...words) };
}
