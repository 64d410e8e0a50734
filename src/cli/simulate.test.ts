import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { commandLine } from './command-line.ts';

const careless = join(import.meta.dirname, 'fixtures', 'careless-simulation.ts');
const sound = join(import.meta.dirname, '../testing/simulator/fixtures/charging-shop.ts');

test('a failing seed is printed as its shortest history, and the line that runs it again does', async () => {
  const { code, out } = await simulate(careless, '--seeds', '100');

  assert.equal(code, 1);
  assert.match(out, /^The till: seed \d+ fails\.$/m);
  assert.match(out, /"no card is charged twice" does not hold/);
  const plan = /npx thereupon simulate \S+ --plan '(.+)'/.exec(out)?.[1] ?? '';
  const again = await simulate(careless, '--plan', plan);
  assert.equal(again.code, 1);
  assert.ok(again.out.includes(plan));
});

test('seeds that do not fail end with a summary', async () => {
  const { code, out } = await simulate(sound, '--seeds', '5..14');

  assert.equal(code, 0);
  assert.match(out, /^10 runs in /m);
  assert.match(out, /a process ends before a call\n/);
  assert.match(out, /Nothing failed\.\n$/);
});

test('asked to, it fails when some kind of fault never happened, and names it', async () => {
  const { code, out, err } = await simulate(sound, '--seeds', '1..3', '--every-fault');

  assert.equal(code, 1);
  assert.match(out, /Nothing failed\.\n$/);
  assert.match(err, /^Never happened: .*\bstuck-handler\b.*\. Run more seeds/m);
});

test('as JSON it tells the same to a program', async () => {
  const many = await simulate(sound, '--seeds', '5..14', '--json');
  const one = await simulate(sound, '--seed', '5', '--json');
  const failing = await simulate(careless, '--seeds', '100', '--json');

  const told = JSON.parse(many.out) as { ended: string; runs: number; faults: object };
  assert.deepEqual([many.code, told.ended, told.runs], [0, 'fine', 10]);
  assert.ok(Object.keys(told.faults).length > 3);
  const shown = JSON.parse(one.out) as { ended: string; timeline: string[]; failure: null };
  assert.deepEqual([one.code, shown.ended, shown.failure], [0, 'fine', null]);
  assert.ok(shown.timeline.length > 10);
  const failed = JSON.parse(failing.out) as { failingSeed: number; failure: string };
  assert.equal(failing.code, 1);
  assert.ok(failed.failingSeed >= 1);
  assert.match(failed.failure, /"no card is charged twice" does not hold/);
});

test('Ctrl-C ends it with a summary', async () => {
  const args = ['-C', 'thereupon-source', join(import.meta.dirname, 'main.ts'), 'simulate', sound];
  const program = spawn(process.execPath, [...args, '--until-failure'], { stdio: 'pipe' });
  const out = text(program.stdout);
  await once(program.stderr, 'data');

  program.kill('SIGINT');

  const [code] = (await once(program, 'exit')) as [number];
  assert.equal(code, 130);
  assert.match(await out, / runs in .*\n[^]*Interrupted\. Nothing failed until then\.\n$/);
});

for (const [asked, says] of [
  [[careless, '--seeds', '9..3'], /'9\.\.3' is invalid\. It is 100, 1\.\.100 or 100\.\./],
  [[careless, '--minutes', 'some'], /'some' is invalid\. It is a number above 0\./],
  [[careless, '--plan', '{}'], /'{}' is invalid\. It is what a failure names/],
  [[careless, '--seed', '1', '--seeds', '9'], /cannot be used with option/],
  [[careless, '--quickly'], /unknown option '--quickly'/],
  [[join(import.meta.dirname, 'main-of-none.ts')], /There is no .*main-of-none\.ts/],
  [[join(import.meta.dirname, 'stream.ts')], /exports no "simulation"/],
] as const) {
  test(`asked wrongly, it says so and ends with 2: ${asked.slice(1).join(' ') || asked[0].split('/').at(-1)}`, async () => {
    const { code, out, err } = await simulate(...asked);

    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, says);
  });
}

async function simulate(...words: readonly string[]) {
  let out = '';
  let err = '';
  const code = await commandLine(['simulate', ...words, '--workers', '1'], {
    cwd: process.cwd(),
    out: (line) => (out += line),
    err: (line) => (err += line),
    width: undefined,
  });
  return { code, out, err };
}
