import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { claimAll, committed, fact, waitingRow } from '../conformance/log/samples.ts';
import { configured } from './fixtures/configured.ts';

const { scene, remove } = configured();
after(remove);

test('a line for each reader, the worst first, in columns, and what to do next', async () => {
  const { store, thereupon } = scene('lines');
  const log = await store.open('ordering');
  await claimAll(log, 'note the order');
  await claimAll(log, 'book@1', 1);
  await committed(log, {
    // At whatever hour this runs: a day and some hours ago.
    records: [fact('order/1', 1, { type: 'OrderPlaced', recordedAt: Date.now() - 100_000_000 })],
    waiting: [waitingRow({ subscription: 'book@1', kind: 'parked', position: 1 })],
  });
  await log.close();

  const { code, out } = await thereupon('lag', '--context', 'ordering');

  const [heading, , first, second] = out.split('\n');
  assert.equal(code, 0);
  assert.equal(heading, '1 of 2 are behind; 1 parked.');
  assert.match(
    first ?? '',
    /^ordering {2}"note the order" {2}reaction {4}at 0 {2}1 behind, the oldest for \d+ d \d+ h$/,
  );
  assert.match(second ?? '', /^ordering {2}"book@1" {10}read-model {2}at 1 {2}0 behind +1 parked$/);
  assert.match(
    out,
    /\nordering: ends at 1 · nobody runs it\n\nSee what is parked: .*\n.*doctor\n$/,
  );
});

test('names that would move the cursor are escaped, and lines cut on a terminal only', async () => {
  const { store, thereupon, onTerminal } = scene('names');
  const log = await store.open('ordering');
  await claimAll(log, 'evil\n\u001b[31m name');
  await log.close();

  const { out } = await thereupon('lag');
  const narrow = await onTerminal(40, 'lag');

  assert.match(out, /"evil\\n\\u001b\[31m name" .*no longer in the configuration/);
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.ok(narrow.out.split('\n').every((line) => line.length <= 40));
});

test('as JSON it is the same data; what is asked wrongly, or is not there, is said to be so', async () => {
  const { store, thereupon } = scene('json');
  const none = await thereupon('lag');
  await (await store.open('billing')).close();

  const unknown = await thereupon('lag', '--context', 'sales');
  const { out, code } = await thereupon('lag', '--json');

  const { readers, isCut } = JSON.parse(out) as { readers: unknown[]; isCut: boolean };
  assert.deepEqual([none.code, unknown.code, code], [3, 2, 0]);
  assert.deepEqual([readers.length, isCut], [5, false]);
  assert.match(unknown.err, /no context "sales"\. Take one of: ordering, billing/);
});
