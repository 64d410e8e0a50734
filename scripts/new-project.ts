/**
 * What `thereupon new` makes, as a stranger has it: made by the package as it would be published,
 * installed from the registry, tested, type-checked, run by `thereupon dev` with a change of its
 * code in between, and by itself.
 *
 *     node scripts/new-project.ts
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pack } from './pack.ts';
import { runCommand } from './run-command.ts';

const answerTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'thereupon-new-'));
const cinema = join(folder, 'cinema');
const port = await freePort();
try {
  makeProject(pack(folder).tarball);
  const printed = runCommand('npm test', cinema, 'sh', ['-c', 'npm test 2>&1']);
  assert.match(printed, /pass 5\b/, `The five tests were not run:\n${printed}`);
  runCommand('npm run types', cinema, 'npm', ['run', 'types']);
  await changeWhileItRuns();
  await runByItself();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeProject(tarball: string): void {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  const maker = join(folder, 'maker');
  mkdirSync(maker);
  runCommand('install thereupon', maker, 'npm', ['install', ...quiet, tarball]);
  const thereupon = join(maker, 'node_modules', '.bin', 'thereupon');
  const words = ['new', 'cinema', '--thereupon', tarball];
  runCommand('thereupon new', folder, thereupon, words);
  const names = readdirSync(cinema);
  // npm would leave these out of a package.
  for (const name of ['.gitignore', 'cinema.test.ts', 'tsconfig.json', 'node_modules'])
    assert.ok(names.includes(name), `${name} is missing: ${names.join(', ')}`);
}

/** It is served beside the program, with its page. */
async function assertConsole(output: string): Promise<void> {
  const url = /Console: (\S+)/.exec(output)?.[1];
  assert.ok(url !== undefined, output);
  const page = await (await fetch(url)).text();
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(page)?.[1];
  const answer = await fetch(`${url}/${script}`);
  assert.equal(answer.status, 200, page);
}

async function changeWhileItRuns(): Promise<void> {
  const dev = start(join(cinema, 'node_modules', '.bin', 'thereupon'), ['dev', 'main.ts']);
  try {
    assert.equal(await book(dev, 'C4', 'ada'), 201);
    assert.equal(await book(dev, 'C4', 'grace'), 409);
    appendFileSync(join(cinema, 'loyalty', 'card.ts'), '// changed\n');
    await until(dev, () => dev.output.includes('Running again: booking, loyalty on sqlite'));
    assert.equal(await book(dev, 'C4', 'grace'), 409, 'the seat was forgotten');
    await stamps(dev, 1);
    await assertConsole(dev.output);
    await stop(dev);
  } finally {
    dev.child.kill('SIGKILL');
  }
  console.log('ok: thereupon dev, and a change of the code');
}

async function runByItself(): Promise<void> {
  const program = start(process.execPath, ['main.ts']);
  try {
    assert.equal(await book(program, 'C5', 'ada'), 201);
    await stamps(program, 2);
    const words = ['--no-install', 'thereupon', 'trace', 'screening/casablanca'];
    const traced = runCommand('thereupon trace', cinema, 'npx', words);
    assert.match(traced, /loyalty: CardStamped {2}card\/ada v2/);
    await stop(program);
  } finally {
    program.child.kill('SIGKILL');
  }
  console.log('ok: the program, until SIGTERM');
}

interface Started {
  readonly child: ChildProcess;
  output: string;
}

function start(command: string, words: readonly string[]): Started {
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(command, words, { cwd: cinema, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const started: Started = { child, output: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (started.output += text.toString()));
  return started;
}

/** Answers with the status, once there is an answer. */
async function book(started: Started, seat: string, member: string): Promise<number> {
  const body = JSON.stringify({ screening: 'casablanca', seat, member });
  const answer = await until(started, () => ask('bookings', { method: 'POST', body }));
  return answer.status;
}

/** A card is stamped some time after the booking. */
async function stamps(started: Started, count: number): Promise<void> {
  await until(started, async () => {
    const answer = await ask('cards/ada');
    const card = (await answer?.json()) as { stamps?: number } | undefined;
    return card?.stamps === count;
  });
}

function ask(path: string, request: RequestInit = {}): Promise<Response | undefined> {
  return fetch(`http://localhost:${port}/${path}`, request).catch(() => undefined);
}

async function until<T>(started: Started, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const giveUpAt = performance.now() + answerTimeoutMs;
  while (performance.now() < giveUpAt) {
    const found = await look();
    if (found) return found;
    assert.equal(started.child.exitCode, null, `It ended:\n${started.output}`);
    await wait(50);
  }
  return assert.fail(`Nothing came of it within ${answerTimeoutMs} ms:\n${started.output}`);
}

async function stop(started: Started): Promise<void> {
  const ended = once(started.child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) });
  started.child.kill('SIGTERM');
  const [exitCode] = (await ended) as [number | null];
  assert.equal(exitCode, 0, `It ended with ${exitCode}:\n${started.output}`);
  assert.equal(await ask('cards/ada'), undefined, 'something still answers');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}
