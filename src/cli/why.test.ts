import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { claimAll, committed, fact, waitingRow } from '../conformance/log/samples.ts';
import { configured } from './fixtures/configured.ts';

const { scene, remove } = configured();
after(remove);
const PARKED = {
  subscription: 'note the order',
  kind: 'parked',
  recordId: 'r-1',
  correlationId: 'r-1',
  error: {
    name: 'WorthlessError',
    code: 'worthless',
    message: 'It is worth\nnothing.',
    stack: null,
  },
} as const;

test('the answer comes first, in one sentence; each that should handle it follows with a next step', async () => {
  const { thereupon } = await placed('sentence');

  const { code, out } = await thereupon('why', 'r-1');

  const [sentence, , record, , first, next, second, then] = out.split('\n');
  assert.equal(code, 0);
  assert.equal(
    sentence,
    '"note the order" of ordering has parked it, on 1970-01-01T00:00:00.500Z after 1 attempt: ' +
      'WorthlessError: It is worth nothing, and 1 more has not finished with it.',
  );
  assert.match(record ?? '', /^ordering: recorded OrderPlaced {2}order\/1 v1 {2}at 1 {2}2/);
  assert.match(first ?? '', /^"note the order" of ordering: has parked it/);
  assert.match(
    next ?? '',
    /^ {2}→ mend the cause, then: thereupon parked redrive \S+ --context ordering --why "mended"$/,
  );
  assert.equal(second, '"book@1" of ordering: has not started yet');
  assert.match(then ?? '', /start a release that has it/);
});

test('what is held leads to what it is held behind', async () => {
  const { store, thereupon } = await placed('held');
  const log = await store.open('ordering');
  const row = { ...PARKED, kind: 'held', error: null, position: 2 } as const;
  await committed(log, {
    records: [fact('order/1', 2, { id: 'r-2', type: 'OrderPlaced', correlationId: 'r-2' })],
    waiting: [waitingRow({ ...row, recordId: 'r-2', correlationId: 'r-2' })],
  });
  await log.close();

  const { out } = await thereupon('why', 'r-2', '--subscription', 'note the order');

  assert.match(
    out,
    /holds it behind record r-1 of key "order-1", which is parked: WorthlessError: It is worth nothing\.\n/,
  );
  assert.match(out, /\n {2}→ thereupon why r-1 --subscription "note the order"\n$/);
});

test('as JSON it has the sentence and the next steps, too', async () => {
  const { thereupon } = await placed('json');

  const { out } = await thereupon('why', 'r-1', '--json');

  const told = JSON.parse(out) as {
    summary: string;
    records: { id: string }[];
    answers: { level: string; next: string | null; state: { is: string } }[];
  };
  assert.match(told.summary, /has parked it/);
  assert.deepEqual(
    told.answers.map(({ level, state }) => [level, state.is]),
    [
      ['bad', 'parked'],
      ['attention', 'not-started'],
    ],
  );
  assert.equal(told.records[0]?.id, 'r-1');
  assert.match(told.answers[0]?.next ?? '', /parked redrive r-1/);
});

test('what nobody knows ends with 3, a subscription that is none with 2', async () => {
  const { thereupon } = await placed('unknown');

  const unknown = await thereupon('why', 'nothing\u001b[31m');
  const wrong = await thereupon('why', 'r-1', '--subscription', 'sell');

  assert.deepEqual([unknown.code, wrong.code], [3, 2]);
  assert.match(unknown.err, /Nothing is known of "nothing\\u001b\[31m" in ordering, billing/);
  assert.match(wrong.err, /no subscription "sell".*Take one of: "note the order"/);
});

/** Ordering with one record, which one subscription has parked. */
async function placed(name: string) {
  const made = scene(name);
  const log = await made.store.open('ordering');
  await claimAll(log, 'note the order', 1);
  await committed(log, {
    records: [fact('order/1', 1, { id: 'r-1', type: 'OrderPlaced', correlationId: 'r-1' })],
    waiting: [waitingRow(PARKED)],
  });
  await log.close();
  return made;
}
