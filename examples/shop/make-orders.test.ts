import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { madeOrders } from './replay/made-orders.ts';

const program = fileURLToPath(import.meta.resolve('./make-orders.ts'));
const directory = mkdtempSync(join(tmpdir(), 'make-orders-'));
after(() => rmSync(directory, { recursive: true }));

function run(...programArguments: readonly string[]) {
  return spawnSync(process.execPath, [program, ...programArguments], { encoding: 'utf8' });
}

const expected = [...madeOrders({ invoices: 40, seed: 3 })].join('');

test('orders go to standard output', () => {
  const { status, stdout, stderr } = run('--make', '40', '--seed', '3');

  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: expected, stderr: '' });
});

test('orders go to a file, gzipped by its name', () => {
  const plain = join(directory, 'orders.csv');
  const zipped = join(directory, 'orders.csv.gz');

  assert.equal(run('--make', '40', '--seed', '3', '--out', plain).status, 0);
  assert.equal(run('--make', '40', '--seed', '3', '--out', zipped).status, 0);

  assert.equal(readFileSync(plain, 'utf8'), expected);
  assert.equal(gunzipSync(readFileSync(zipped)).toString(), expected);
});

test('wrong arguments are one line that says what is right', () => {
  for (const [programArguments, says] of [
    [[], /--make takes a whole number from 1 to 1000000; it is missing/],
    [['--make', '0'], /--make takes a whole number from 1 to 1000000; not "0"/],
    [['--make', '5', '--seed', 'x'], /--seed takes a whole number .* not "x"/],
    [['--make', '1e9'], /--make takes a whole number from 1 to 1000000; not "1e9"/],
    [
      ['--make', '5', '--out', join(directory, 'no', 'x.csv')],
      /--out .*is to stand in is not there/,
    ],
    [['--make', '5', '--out', directory], /--out .* it is a directory/],
    [['--mak', '5'], /--mak is not known/],
  ] as const) {
    const { status, stdout, stderr } = run(...programArguments);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, says);
    assert.match(stderr, /^Cannot make orders: .* See --help\.\n$/);
  }
});

test('--help explains every option', () => {
  const { status, stdout } = run('--help');

  assert.equal(status, 0);
  for (const option of ['--make', '--out', '--seed']) assert.ok(stdout.includes(option));
});
