import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { commandLine } from './command-line.ts';
import { type Project, StartedDev, project } from './dev/fixtures/started-dev.ts';

/** Says what it was told, and how it is told to stop. */
const PROGRAM = `
import { word } from './words/word.ts';
const alive = setInterval(() => undefined, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => (console.log('told', signal), clearInterval(alive)));
console.log('up', word, process.argv.slice(2).join(' '), process.pid, '.');
`;
const word = (text: string): string => `export const word: string = '${text}';\n`;

test('a program runs anew when a file of it changes, once the old one has stopped', async (t) => {
  const { dev, write } = run(t, ['main.ts', '--', '--port', '4000']);
  const first = await dev.until(/up one --port 4000 \d+ \./);

  write('words/word.ts', word('two'));
  const between = await dev.until(/up two --port 4000 \d+ \./);

  assert.match(between, /words\/word\.ts has changed\.\ntold SIGTERM\nup two/);
  assert.notEqual(pidIn(first), pidIn(between));
  assert.throws(() => process.kill(pidIn(first), 0));
});

test('a file that is saved by putting another one in its place has changed', async (t) => {
  const { dev, directory, write } = run(t);
  await dev.until(/up one/);

  write('words/word.ts~', word('two'));
  renameSync(join(directory, 'words', 'word.ts~'), join(directory, 'words', 'word.ts'));

  await dev.until(/up two/);
});

test('what no program has loaded may change without it', async (t) => {
  const { dev, write } = run(t);
  await dev.until(/up one/);

  write('words/other.ts', word('other'));
  write('words/word.ts', word('two'));

  assert.match(await dev.until(/has changed/), /word\.ts has changed$/);
});

test('a broken file is told, and stays on the screen until it is mended', async (t) => {
  const { dev, write } = run(t);
  await dev.until(/up one/);

  write('words/word.ts', 'export const word = {{;\n');
  const told = await dev.until(/main\.ts has ended with exit code 1\. Mend it.*\n/);
  write('words/word.ts', word('mended'));
  const afterwards = await dev.until(/up mended/);

  assert.match(told, /words\/word\.ts:1.*SyntaxError/s);
  assert.equal(afterwards, 'words/word.ts has changed.\nup mended');
});

test('a file that was never there is waited for, and so is its folder', async (t) => {
  const { dev, write } = run(t, ['main.ts'], {
    'main.ts': PROGRAM.replace('./words/', './later/words/'),
  });
  await dev.until(/Cannot find module .*has ended with exit code 1/s);

  write('later/words/word.ts', word('at last'));

  await dev.until(/up at last/);
});

test('a folder that was removed and made anew is watched as before', async (t) => {
  const { dev, directory, write } = run(t);
  await dev.until(/up one/);

  rmSync(join(directory, 'words'), { recursive: true });
  await dev.until(/Cannot find module .*has ended with exit code 1/s);
  write('words/word.ts', word('back'));
  await dev.until(/up back/);
  write('words/word.ts', word('changed'));

  await dev.until(/up changed/);
});

test('a program that ends is told, and runs anew when a file changes', async (t) => {
  const { dev, write } = run(t);
  await dev.until(/up one/);

  write('main.ts', "console.log('done');\n");
  await dev.until(/done\nmain\.ts has ended\. It runs anew when a file changes\.\n/);
  write('main.ts', PROGRAM);

  await dev.until(/up one/);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} stops the program in order, told once by SIGTERM, and ends with 0`, async (t) => {
    const { dev } = run(t);
    await dev.until(/up one.*\n/);

    // As a terminal does it: all of the group are told.
    dev.signal(signal, 'group');

    assert.equal(
      await dev.rest(),
      'Stopping in order; a second Ctrl-C ends it at once.\ntold SIGTERM\n',
    );
    assert.equal(await dev.ended, 0);
  });
}

test('a second Ctrl-C ends at once what does not stop, with 130', async (t) => {
  const { dev, write } = run(t);
  await dev.until(/up one/);
  write('main.ts', PROGRAM.replace('clearInterval(alive)', '0').replace('up', 'stubborn'));
  await dev.until(/stubborn/);

  dev.signal('SIGINT');
  await dev.until(/told SIGTERM\n/);
  dev.signal('SIGINT');

  assert.match(await dev.rest(), /was killed/);
  assert.equal(await dev.ended, 130);
});

test('a program does not outlive a dev that was killed, and stops in order', async (t) => {
  const { dev } = run(t);
  await dev.until(/up one.*\n/);

  dev.signal('SIGKILL');

  // Nobody has the other end of it open any more.
  assert.equal(await dev.rest(), 'told SIGTERM\n');
});

test('what a program starts itself has nothing to do with it', async (t) => {
  const { dev } = run(t, ['main.ts'], {
    'main.ts': `
      import { fork } from 'node:child_process';
      import { Worker } from 'node:worker_threads';
      if (process.argv[2] === 'child') process.send?.('hello'), process.disconnect();
      else {
        const child = fork(import.meta.filename, ['child']);
        child.on('message', (message) => console.log('heard', JSON.stringify(message)));
        child.on('exit', () => {
          const worker = new Worker("console.log('thread')", { eval: true });
          worker.on('exit', (exitCode) => (console.log('over', exitCode), process.send?.('mine')));
        });
      }`,
  });

  const told = await dev.until(/main\.ts has ended\./);

  assert.deepEqual(told.match(/heard .*|thread|over .*/g), ['heard "hello"', 'thread', 'over 0']);
});

test('a program that cannot be run is asked wrongly', async (t) => {
  const { directory } = project(t, { 'main.ts': PROGRAM });

  const missing = await asked(directory, 'nowhere.ts');
  const only = await asked(directory, 'main.ts', '--only', 'ordering');
  const none = await asked(directory);

  assert.deepEqual([missing.code, only.code, none.code], [2, 2, 2]);
  assert.match(missing.err, /There is no .*nowhere\.ts\. Name a program/);
  assert.match(only.err, /Leave out --only/);
  assert.match(none.err, /There is no thereupon\.config\.ts/);
});

test('its help has an example', async () => {
  const { code, out } = await asked(mkdtempSync(join(tmpdir(), 'thereupon-dev-')), '--help');

  assert.equal(code, 0);
  assert.match(out, /Examples:\n {2}\$ thereupon dev main\.ts/);
});

function run(t: TestContext, words = ['main.ts'], files = {}): Project & { dev: StartedDev } {
  const made = project(t, { 'main.ts': PROGRAM, 'words/word.ts': word('one'), ...files });
  return { ...made, dev: new StartedDev(t, made, ...words) };
}

function pidIn(text: string): number {
  return Number(/(\d+) \.$/.exec(text)?.[1]);
}

async function asked(cwd: string, ...words: string[]) {
  const written = { out: '', err: '' };
  const code = await commandLine(['dev', ...words], {
    cwd,
    width: undefined,
    out: (piece) => (written.out += piece),
    err: (piece) => (written.err += piece),
  });
  return { code, ...written };
}
