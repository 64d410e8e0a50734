import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { madeOrders } from './replay/made-orders.ts';

const directory = mkdtempSync(join(tmpdir(), 'thereupon-proof-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const orders = join(directory, 'orders.csv');
const data = join(directory, 'data');

test('what cannot be tried is one line that says what is right, and nothing is removed', () => {
  writeFileSync(orders, [...madeOrders({ invoices: 1 })].join(''));
  mkdirSync(data);
  writeFileSync(join(data, 'precious.txt'), 'mine');

  for (const [words, says] of [
    [[], /--orders FILE is missing/],
    [['--orders', join(directory, 'none.csv')], /none\.csv": there is no such file/],
    [['--orders', directory], /it is a directory/],
    [['--orders', orders, '--kills', 'abc'], /--kills takes a whole number .* not "abc"/],
    [
      ['--orders', orders, '--processes', '6'],
      /--processes needs --store URL, --server or --broker NAME/,
    ],
    [['--orders', orders, '--files-in-peace'], /--files-in-peace needs --store URL or --server/],
    [
      ['--orders', orders, '--broker', 'carrier-pigeon'],
      /--broker takes nats, kafka, rabbitmq, not/,
    ],
    [['--orders', orders, '--broker', 'toString'], /--broker takes nats, kafka, rabbitmq, not/],
    [['--orders', orders, '--in-peace', directory], /--in-peace finds no shop in/],
    [['--orders', orders, '--kills', '-1'], /--kills takes a whole number .* not "-1"/],
    [['--orders', orders, '--data', orders], /Nothing can be kept in .*orders\.csv" is a file/],
  ] as const) {
    const { status, stdout, stderr } = prove('--data', data, ...words);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^Cannot prove anything: .*\n$/);
    assert.match(stderr, says);
  }
  assert.deepEqual(readdirSync(data), ['precious.txt']);
});

test('--help explains every option', () => {
  const { status, stdout } = prove('--help');

  assert.equal(status, 0);
  for (const option of [
    '--orders',
    '--kills',
    '--seed',
    '--data',
    '--store',
    '--server',
    '--broker',
    '--in-peace',
  ])
    assert.ok(stdout.includes(option));
});

function prove(...words: readonly string[]) {
  const program = join(import.meta.dirname, 'proof.ts');
  const args = ['--disable-warning=ExperimentalWarning', '-C', 'thereupon-source', program];
  return spawnSync(process.execPath, [...args, ...words], { encoding: 'utf8' });
}
