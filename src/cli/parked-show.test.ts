import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { Border } from '../backbone/border.ts';
import { envelopeOf } from '../backbone/envelope-of-record.ts';
import { RELAY } from '../backbone/relay.ts';
import { committed, fact, outgoing, waitingRow } from '../conformance/log/samples.ts';
import { QuestionError } from '../inspection/question-error.ts';
import type { ParkedDetails } from '../inspection/parked-details.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { WriteSet } from '../log/write-set.ts';
import { contexts } from './fixtures/published.config.ts';
import { parkedShow } from './parked-show.ts';

const error = {
  name: 'NoRoomError',
  code: 'no-room',
  message: 'There is no room.\nMake some.',
  stack:
    'NoRoomError: There is no room.\nMake some.\n    at pack (pack.ts:3:5)\n    at run (run.ts:1:1)',
};
const SINCE = Date.parse('2026-05-01T12:00:00.000Z');

test('a parked record is shown in full, and what to do next', async () => {
  const { shown } = await scene('ordering', {
    records: [
      fact('order/o-1', 1, {
        id: 'r-1',
        data: '{"orderId":"o-1","name":"Ada"}',
        causationId: 'place-1',
      }),
      fact('order/o-1', 2, { id: 'r-2' }),
    ],
    waiting: [parked({ recordId: 'r-1', attempts: 8 }), held({ recordId: 'r-2', position: 2 })],
  });

  assert.deepEqual((await shown('r-1')).split('\n'), [
    'ordering · "pack" · key "k-1"',
    'parked since 2026-05-01T12:00:00.000Z after 8 attempts',
    '',
    'NoRoomError (no-room): There is no room.',
    'Make some.',
    '    at pack (pack.ts:3:5)',
    '    at run (run.ts:1:1)',
    '',
    'record r-1',
    '  OrderPlaced, domain at position 1, order/o-1 v1',
    '  occurred 2010-12-01T08:26:00.000Z, recorded 2026-09-21T14:13:20.000Z',
    '  action action-1, caused by place-1',
    '  {',
    '    "orderId": "o-1",',
    '    "name": "[personal]"',
    '  }',
    '',
    '1 held behind it:',
    '  OrderPlaced  record r-2  since 2026-05-01T12:00:00.000Z',
    '',
    'Next:',
    '  thereupon trace r-1',
    '  thereupon parked redrive r-1   when the cause is mended',
    '  thereupon parked redrive r-1 --edited FILE.json   when its data is to blame',
    '  thereupon parked discard r-1   when it is to be given up',
  ]);
});

test('a message that was not taken in is shown from what waits, and traced by its action', async () => {
  const border = new Border('ordering');
  const message = (id: string, rest: object) =>
    envelopeOf({
      ...outgoing({ id, key: 'o-1', schemaVersion: 2, data: JSON.stringify(rest) }),
      position: 7,
    });
  const refused = message('m-1', { orderId: 7, name: 'Ada' });
  // By ids they would be the other way round.
  const later = [message('z', { orderId: 'o-1' }), message('a', { orderId: 'o-1' })];
  const { shown, details } = await scene('billing', {
    waiting: [
      border.row(refused, error, SINCE),
      ...later.map((each) => border.row(each, null, SINCE)),
    ],
  });

  const text = await shown('m-1');
  const found = await details('m-1');

  assert.match(text, /ordering\.OrderPlaced \(schema 2\), from ordering, not taken in\n/);
  assert.match(text, /thereupon trace action-1\n {2}thereupon parked redrive m-1 /);
  assert.equal(found.where, 'border');
  assert.equal(found.record?.position, 7);
  // Nobody has told billing what of it is personal.
  assert.equal(found.record?.data, '[not shown: its type is not in the wiring]');
  assert.ok(!text.includes('Ada'));
  assert.deepEqual(
    found.held.first.map(({ recordId, type }) => [recordId, type]),
    [
      ['z', 'ordering.OrderPlaced'],
      ['a', 'ordering.OrderPlaced'],
    ],
  );
});

test('a message that the relay could not hand over is shown from the log', async () => {
  const { shown } = await scene('ordering', {
    records: [outgoing({ id: 'm-1', schemaVersion: 2, data: '{"orderId":"o-1","name":"Ada"}' })],
    waiting: [parked({ subscription: RELAY, recordId: 'm-1' })],
  });

  const text = await shown('m-1');

  assert.match(text, /^ordering · "relay" · key "k-1"\n/);
  assert.match(text, /OrderPlaced \(schema 2\), outgoing at position 1 from ordering\n/);
  assert.match(text, /"name": "\[personal\]"/);
  assert.match(text, /\n {2}thereupon trace m-1\n/);
});

test('the beginning of an id is enough where no other has it; a whole id is never taken for one', async () => {
  const { shown, details } = await scene('ordering', {
    waiting: ['abc', 'abd', 'abcd'].map((recordId) => parked({ recordId })),
  });

  const several = await asked(shown('ab'));

  assert.equal((await details('abd')).recordId, 'abd');
  assert.equal((await details('abcd')).recordId, 'abcd');
  assert.equal((await details('abc')).recordId, 'abc');
  assert.equal(several.code, 'asked-wrongly');
  assert.match(several.message, /^3 are parked .*"ab"\. Give more of the id/);
  assert.match(several.message, /\n {2}abcd {2}ordering · "pack" · key "k-1"/);
  assert.equal((await asked(shown(''))).code, 'asked-wrongly');
});

test('of a record that is parked in several, it is said where', async () => {
  const { shown, details } = await scene('ordering', {
    waiting: [
      parked({ recordId: 'r-1' }),
      parked({ recordId: 'r-1', subscription: 'send' }),
      parked({ recordId: 'r-1', subscription: 'send', key: 'k-2' }),
    ],
  });

  const several = await asked(shown('r-1'));
  const one = await details('r-1', { subscription: 'send', key: 'k-2' });

  assert.match(several.message, /^3 are parked .*Say where, with --context, --subscription/);
  assert.deepEqual([one.subscription, one.key], ['send', 'k-2']);
  assert.equal((await details('r-1', { subscription: 'pack' })).subscription, 'pack');
});

test('what is not parked is told from what is not known, and from no log at all', async () => {
  const { shown } = await scene('ordering', { records: [fact('order/o-1', 1, { id: 'r-1' })] });
  const form = { context: undefined, subscription: undefined, key: undefined };
  const nowhere = { contexts, store: { ...memory(), name: 'nowhere', reader: emptyReader } };

  const [done, unknown, none] = await Promise.all([
    asked(shown('r-1')),
    asked(shown('r-9\n')),
    asked(parkedShow(nowhere, 'r-1', { ...form, asJson: false, width: 80, paint })),
  ]);

  assert.deepEqual([done.code, unknown.code, none.code], Array(3).fill('nothing-found'));
  assert.match(done.message, /^Record r-1 of ordering is not parked there, or not any more/);
  assert.match(unknown.message, /begins with "r-9\\n"\. See .*thereupon parked list/);
  assert.match(none.message, /^There is no log of ordering, billing in nowhere/);
});

test('what is held behind it is counted, and the first ten are named', async () => {
  const { shown, details } = await scene('ordering', {
    waiting: [
      parked({ recordId: 'r-0' }),
      ...Array.from({ length: 12 }, (_, index) =>
        held({ recordId: `h-${index}`, position: 2 + index }),
      ),
      held({ recordId: 'other', key: 'k-2', position: 20 }),
    ],
  });

  const text = await shown('r-0');
  const behind = (await details('r-0')).held;

  assert.deepEqual([behind.count, behind.first.length, behind.isCut], [12, 10, false]);
  assert.match(
    text,
    /\n12 held behind it:\n(?: {2}not in the log any more {2}record h-\d .*\n){10}/,
  );
  assert.match(text, /\n {2}and 2 more\n/);
});

test('names from anywhere move no cursor, and the commands shown run nothing of them', async () => {
  const hostile = `$(rm -rf ~)'\n\u001b[31m`;
  const { shown } = await scene('ordering', {
    waiting: [
      parked({
        recordId: hostile,
        key: hostile,
        error: { name: hostile, code: hostile, message: hostile, stack: `x\n    at ${hostile}` },
      }),
    ],
  });

  const text = await shown(hostile);

  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  const quoted = String.raw`'$(rm -rf ~)'\'''`;
  assert.ok(
    text.split('\n').some((line) => line.startsWith(`  thereupon trace ${quoted.slice(0, -1)}`)),
  );
});

test('lists are cut to the width of a terminal, the error and the data are not', async () => {
  const long = 'x'.repeat(200);
  const { shown } = await scene('ordering', {
    records: [fact('order/o-1', 1, { id: 'r-1', data: JSON.stringify({ orderId: long }) })],
    waiting: [
      parked({ recordId: 'r-1', key: long, error: { ...error, message: long } }),
      held({ recordId: `h-${long}`, key: long, position: 2 }),
    ],
  });

  const lines = (await shown('r-1', { width: 40 })).split('\n');

  const longer = lines.filter((line) => line.length > 40).map((line) => line.replace(/x+/, '…'));
  assert.deepEqual(longer, [
    'parked since 2026-05-01T12:00:00.000Z after 1 attempt',
    'NoRoomError (no-room): …',
    '  OrderPlaced, domain at position 1, order/o-1 v1',
    '  occurred 2010-12-01T08:26:00.000Z, recorded 2026-09-21T14:13:20.000Z',
    '    "orderId": "…"',
    '  thereupon parked redrive r-1   when the cause is mended',
    '  thereupon parked redrive r-1 --edited FILE.json   when its data is to blame',
    '  thereupon parked discard r-1   when it is to be given up',
  ]);
});

const paint = (_style: string, text: string): string => text;

function parked(rest: Partial<WaitingRow>): WaitingRow {
  return waitingRow({
    subscription: 'pack',
    key: 'k-1',
    kind: 'parked',
    since: SINCE,
    error,
    ...rest,
  });
}

function held(rest: Partial<WaitingRow>): WaitingRow {
  return parked({ kind: 'held', error: null, ...rest });
}

/** A log that a test fills by itself, and what is shown of it. */
async function scene(context: string, writeSet: WriteSet) {
  const store = memory();
  const log = await store.open(context);
  await committed(log, writeSet);
  const ask = (id: string, asJson: boolean, rest: Partial<Parameters<typeof parkedShow>[2]>) =>
    parkedShow({ contexts, store }, id, {
      context: undefined,
      subscription: undefined,
      key: undefined,
      asJson,
      width: Number.POSITIVE_INFINITY,
      paint,
      ...rest,
    });
  return {
    shown: (id: string, rest = {}) => ask(id, false, rest),
    details: async (id: string, rest = {}) =>
      JSON.parse(await ask(id, true, rest)) as ParkedDetails,
  };
}

/** As of a store in whose place nothing ever was. */
async function emptyReader(context: string) {
  const reader = await memory().reader(context);
  return { ...reader, epoch: '' };
}

async function asked(answer: Promise<string>): Promise<QuestionError> {
  const told = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(told instanceof QuestionError, String(told));
  return told;
}
