/** `npm run services` as a person runs it, with `npm test` in another terminal. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { nats } from './services/nats.ts';
import { postgres } from './services/postgres.ts';
import { queryOnce } from './services/postgres/query-once.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-services-'));
const env = {
  ...process.env,
  THEREUPON_SERVICES_FILE: join(folder, 'services.env'),
  THEREUPON_POSTGRES_URL: undefined,
};
// It is this file's child that starts one, so npm test does not see that this file needs it.
const skip = postgres.find() === undefined && postgres.howToGet;
let running: Running;
before(async () => {
  if (skip === false) running = await startServices();
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('the services are named in a table, with their versions and where they are', { skip }, () => {
  assert.match(running.output, /^service +version +where$/m);
  assert.match(running.output, /^PostgreSQL +\d+\.\d+ +postgres:\/\/postgres@127\.0\.0\.1:\d+/m);
  assert.match(running.output, /^PgBouncer +\S+ +\S/m);
});

test('--list says what there is of them, and fails where one is missing', { skip }, async () => {
  const here = await run(['scripts/services.ts', '--list']);
  const nowhere = await run(['scripts/services.ts', '--list'], { THEREUPON_POSTGRES_BIN: '' });

  assert.match(here.output, /^PostgreSQL +\d+\.\d+ /m);
  assert.match(nowhere.output, /^PostgreSQL +missing +Run "apt-get install postgresql"/m);
  assert.equal(nowhere.code, 1);
});

test('what it does not know is answered by what there is', async () => {
  const wrong = await run(['scripts/services.ts', '--nope']);
  const nobody = await run(['scripts/services.ts', 'mongo']);
  const nothing = await run(['scripts/services.ts', 'pgbouncer']);
  const help = await run(['scripts/services.ts', '--help']);

  assert.match(wrong.output, /^Unknown option '--nope'.*\n\nUsage: npm run services/);
  assert.doesNotMatch(wrong.output, /\n\s+at /);
  assert.equal(wrong.code, 2);
  assert.match(nobody.output, /^There is no service "mongo"\.\n\nUsage: /);
  assert.match(nothing.output, /^PgBouncer is nothing by itself/);
  assert.match(help.output, /^Usage: npm run services/);
  assert.equal(help.code, 0);
});

test('npm test finds them by itself, and others by --env', { skip }, async () => {
  const exported = await run(['scripts/services.ts', '--env']);
  const url = /^export THEREUPON_POSTGRES_URL='(.+)'$/m.exec(exported.output)?.[1] ?? '';

  const file = 'scripts/testing/fixtures/sharing-a-server.int.test.ts';
  const tested = await run(['scripts/test.ts', file]);

  assert.match(tested.output, new RegExp(`^PostgreSQL \\S+ at ${url}$`, 'm'));
  assert.match(tested.output, /^1 passed, 0 failed$/m);
});

const skipNats = skip !== false ? skip : nats.find() === undefined && nats.howToGet;

test(
  'a broker that is named is started beside them, and it is said how the shop uses it',
  { skip: skipNats },
  async (t) => {
    const broker = await startServices('nats');
    t.after(broker.stop);
    const [, url = ''] = /^NATS +\S+ +(nats:\S+)$/m.exec(broker.output) ?? [];
    const { hostname, port } = new URL(url);
    const isThere = (): Promise<unknown> =>
      once(connect({ host: hostname, port: Number(port) }), 'connect');

    await isThere();
    assert.doesNotMatch(broker.output, /PostgreSQL/);
    assert.ok(broker.output.includes(`\nnpm run shop:cluster -- --backbone ${url}\n`));

    broker.stop();
    assert.equal(await broker.ended, 0);
    await assert.rejects(isThere());
  },
);

test('they are not started a second time', { skip }, async () => {
  const second = await run(['scripts/services.ts']);

  assert.match(second.output, /run already, in another terminal/);
  assert.equal(second.code, 1);
});

test('Ctrl-C ends them all, and nobody is sent to them any more', { skip }, async () => {
  const url = /postgres:\S+/.exec(running.output)?.[0] ?? '';
  await queryOnce(url, 'select');

  running.stop();
  assert.equal(await running.ended, 0);

  await assert.rejects(queryOnce(url, 'select'), { code: 'ECONNREFUSED' });
  assert.equal(existsSync(env.THEREUPON_SERVICES_FILE), false);
  const exported = await run(['scripts/services.ts', '--env']);
  assert.equal(exported.code, 1);
});

interface Running {
  readonly output: string;
  readonly ended: Promise<number | null>;
  readonly stop: () => void;
}

/** Resolves when the services say that they are ready. */
async function startServices(...named: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, ['scripts/services.ts', ...named], options());
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => (output += text.toString()));
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      if (output.includes('Ctrl-C ends them')) resolve();
    });
    child.once('exit', () => reject(new Error(`npm run services ended:\n${output}`)));
  });
  return { output, ended, stop: () => child.kill('SIGINT') };
}

async function run(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<{ output: string; code: number | null }> {
  const command = ['--conditions=thereupon-source', ...args];
  const child = spawn(process.execPath, command, options(variables));
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { output, code };
}

function options(variables: NodeJS.ProcessEnv = {}): {
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdio: ['ignore', 'pipe', 'pipe'];
} {
  const cwd = join(import.meta.dirname, '..');
  return { cwd, env: { ...env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] };
}
