import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { contract } from '../contract/contract.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { ExpectationError } from './expectation-error.ts';
import { given } from './given.ts';

class CupBrokenError extends Error {
  readonly code = 'cup-broken';
}
type CupEvent =
  | { type: 'CupFilled'; data: { cupId: string; with: string } }
  | { type: 'CupBroken'; data: { cupId: string } };
type CupCommand = { type: 'Fill'; data: { with: string } } | { type: 'Drop'; data: {} };
interface Cup {
  readonly holds: string | null;
  readonly isBroken: boolean;
}

const model = {
  initial: { holds: null, isBroken: false } as Cup,
  decide(command: CupCommand, cup: Cup): CupEvent[] {
    if (cup.isBroken) throw new CupBrokenError('The cup is broken.');
    if (command.type === 'Drop') return [{ type: 'CupBroken', data: { cupId: 'c-1' } }];
    if (cup.holds === command.data.with) return [];
    return [filled(command.data.with)];
  },
  evolve: (cup: Cup, event: CupEvent): Cup =>
    event.type === 'CupBroken'
      ? { holds: null, isBroken: true }
      : { ...cup, holds: event.data.with },
};
const cup = aggregate({ name: 'cup', ...model });
const fillWithTea: CupCommand = { type: 'Fill', data: { with: 'tea' } };
const drop: CupCommand = { type: 'Drop', data: {} };
const broken: CupEvent = { type: 'CupBroken', data: { cupId: 'c-1' } };

test('a decider is given what has happened, asked for something, and held to what comes of it', () => {
  given(cup)
    .when(fillWithTea)
    .then([filled('tea')]);
  given(cup, [filled('milk')])
    .when(fillWithTea)
    .then([filled('tea')]);
  given(cup, [filled('tea')])
    .when(fillWithTea)
    .thenNothing();
});

test('a model that no aggregate was made of yet is tested in the same way', () => {
  given(model, [filled('milk')])
    .when(fillWithTea)
    .then([filled('tea')]);
});

test('what came of earlier commands has happened when the next one comes', () => {
  given(cup).after(fillWithTea).when(fillWithTea).thenNothing();
  given(cup).after(fillWithTea, drop).when(fillWithTea).thenRefused();
  assert.deepEqual(given(cup).after(fillWithTea).when(drop).events, [broken]);
  assert.deepEqual(given(cup).after(fillWithTea).state, { holds: 'tea', isBroken: false });
  assert.deepEqual(given(cup).when(drop).state, { holds: null, isBroken: true });
});

test('other events than expected are shown event by event, and field by field', () => {
  const message = messageOf(() =>
    given(cup)
      .when(fillWithTea)
      .then([broken, filled('milk')]),
  );

  assert.equal(
    message,
    [
      'Other events came of "Fill" than expected:',
      '  - CupBroken {"cupId":"c-1"}',
      '  ~ CupFilled',
      '      data.with: expected "milk", was "tea"',
      '  (- expected, did not come · + came, was not expected · ~ came, but other)',
    ].join('\n'),
  );
});

test('what was not expected at all is shown as what came', () => {
  const then = () => given(cup).when(fillWithTea).then([]);
  const thenNothing = () => given(cup).when(fillWithTea).thenNothing();

  assert.match(
    messageOf(then),
    /^Other events came .*\n  \+ CupFilled {"cupId":"c-1","with":"tea"}/,
  );
  assert.match(
    messageOf(thenNothing),
    /^Nothing was to come of "Fill", but this did:\n  \+ CupFilled/,
  );
});

test('events are the same when their data is, however it was made', () => {
  const data = Object.assign(Object.create(null) as object, { with: 'tea', note: undefined });

  given(cup)
    .when(fillWithTea)
    .then([{ type: 'CupFilled', data: { cupId: 'c-1', ...data } as never }]);
});

test('a refusal is told by its class, its message or its fields', () => {
  const refused = given(cup, [broken]).when(fillWithTea);

  refused.thenRefused();
  refused.thenRefused(CupBrokenError);
  refused.thenRefused(/is broken/);
  refused.thenRefused({ code: 'cup-broken' });
  refused.thenRefused({ message: /broken/ });
  for (const [expected, shown] of [
    [RangeError, /expected: RangeError\n  was: Error: The cup is broken\./],
    [/is empty/, /expected: \/is empty\/\n  was: Error: The cup is broken\./],
    [{ code: 'cup-empty' }, /code: expected "cup-empty", was "cup-broken"\n  was: Error: The cup/],
    [{ cupId: 'c-1' }, /cupId: expected "c-1", was not there/],
    [{ message: /empty/ }, /message: expected \/empty\/, was "The cup is broken\."/],
  ] as const)
    assert.match(
      messageOf(() => refused.thenRefused(expected)),
      shown,
    );
});

test('an unexpected refusal is named, and kept as the cause', () => {
  for (const then of [() => refused().then([broken]), () => refused().thenNothing()]) {
    assert.match(messageOf(then), /"Fill" was refused.*\n.*The cup is broken\./);
    assert.throws(then, ({ cause }: Error) => cause instanceof CupBrokenError);
  }
  assert.throws(() => refused().state, CupBrokenError);
  assert.throws(() => given(cup).after(drop, drop), CupBrokenError);

  function refused() {
    return given(cup, [broken]).when(fillWithTea);
  }
});

test('of a command that should have been refused it is said what came of it', () => {
  assert.throws(() => given(cup).when(drop).thenRefused(), {
    name: 'ExpectationError',
    message: '"Drop" should have been refused, but this came of it:\n  + CupBroken {"cupId":"c-1"}',
  });
});

test('a model that changes the state or the command it was given fails', () => {
  const careless = {
    initial: { count: 0 },
    decide: (command: { type: 'Add'; data: { count: number } }) => {
      command.data.count += 1;
      return [];
    },
    evolve(state: { count: number }, _event: { type: 'Added'; data: {} }) {
      state.count += 1;
      return state;
    },
  };

  assert.throws(() => given(careless, [{ type: 'Added', data: {} }]), TypeError);
  assert.throws(() => given(careless).when({ type: 'Add', data: { count: 1 } }), TypeError);
});

test('a mistake in a model is no refusal: the test fails with it as it was thrown', () => {
  const nowhere = undefined as unknown as Cup;
  const mistaken = {
    ...model,
    decide: (): CupEvent[] => [filled(nowhere.holds ?? 'tea')],
  };

  assert.throws(() => given(mistaken).when(drop), TypeError);
});

test('awaiting a sentence that does not end says what is wrong', async () => {
  const unfinished = given(cup).when(drop) as unknown as PromiseLike<unknown>;

  await assert.rejects(async () => unfinished, /leave out "await"/);
});

const CupSold = contract('shop.CupSold', {
  version: 1,
  schema: {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => ({ value: value as { cupId: string; pence: number } }),
    },
  },
  key: (data) => data.cupId,
});
const cupBook = readModel({
  name: 'cup-book',
  version: 1,
  document: type<{ holds: string; at: string; pence: number }>(),
  from: [cup, CupSold],
  by: (event) => event.data.cupId,
  evolve: {
    CupFilled: (_, event) => ({ holds: event.data.with, at: event.occurredAt, pence: 0 }),
    CupBroken: () => undefined,
    'shop.CupSold': (document, event) => document && { ...document, pence: event.data.pence },
  },
});

test('a read model is given what has happened, and held to its documents', () => {
  const sold = { type: 'shop.CupSold' as const, data: { cupId: 'c-1', pence: 400 } };

  given(cupBook, [{ ...filled('tea'), occurredAt: '2026-05-01T10:00:00.000Z' }, sold])
    .then('c-1', { holds: 'tea', at: '2026-05-01T10:00:00.000Z', pence: 400 })
    .then('c-2', undefined)
    .thenKeys(['c-1']);
  given(cupBook, [filled('tea'), broken])
    .then('c-1', undefined)
    .thenKeys([]);
});

test('another document than expected is shown field by field', () => {
  const book = given(cupBook, [filled('tea')]);
  const at = '2026-01-01T00:00:00.000Z';

  assert.equal(
    messageOf(() => book.then('c-1', { holds: 'milk', at, pence: 0 })),
    'The document of "c-1" is other than expected:\n  holds: expected "milk", was "tea"',
  );
  assert.match(
    messageOf(() => book.then('c-1', undefined)),
    /of "c-1" was not to be there, but is:\n  \+ {"holds":"tea"/,
  );
  assert.match(
    messageOf(() => book.then('c-2', { holds: 'tea', at, pence: 0 })),
    /of "c-2" is not there:\n  - {"holds":"tea"/,
  );
  assert.match(
    messageOf(() => book.thenKeys(['c-2'])),
    /"cup-book" has documents of other keys than expected:\n  - "c-2"\n  \+ "c-1"/,
  );
  assert.equal(book.document('c-1')?.holds, 'tea');
});

test('only the events and commands of the one that is tested compile', () => {
  function neverRun() {
    // @ts-expect-error -- no such event
    given(cup, [{ type: 'CupSold', data: {} }]);
    // @ts-expect-error -- no such command
    given(cup).when({ type: 'Sell', data: {} });
    const dropped = given(cup).when(drop);
    // @ts-expect-error -- an event with other data
    dropped.then([{ type: 'CupBroken', data: { cupId: 1 } }]);
    // @ts-expect-error -- an event that the read model does not know
    given(cupBook, [{ type: 'CupStolen', data: { cupId: 'c-1' } }]);
    // @ts-expect-error -- no such document
    given(cupBook).then('c-1', { holds: 1 });
  }

  assert.equal(typeof neverRun, 'function');
});

function filled(content: string): Extract<CupEvent, { type: 'CupFilled' }> {
  return { type: 'CupFilled', data: { cupId: 'c-1', with: content } };
}

function messageOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    assert.ok(error instanceof ExpectationError);
    assert.deepEqual(Object.keys(error).sort(), ['code', 'name', 'retryable']);
    return error.message;
  }
  return assert.fail('Nothing was thrown.');
}
