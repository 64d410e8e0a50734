/** What the functions of a process manager answer that nobody can do: told clearly, nothing lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedContext } from '../context/bounded-context.ts';
import { happened } from '../reaction/source.ts';
import { settledOrParked, start } from '../runtime/fixtures/start.ts';
import type { Action } from './actions.ts';
import { order, place } from './fixtures/deadlines.ts';
import { processManager } from './process-manager.ts';

type State = { readonly seen: readonly number[] };

const answers: readonly (readonly [string, string, RegExp, Partial<Written>])[] = [
  ['text', 'not-an-action', /answered text, no list/, reacting('complete')],
  ['a promise', 'not-an-action', /answered a Promise, no list/, reacting(Promise.resolve([]))],
  ['one action', 'not-an-action', /an object, no list/, reacting({ kind: 'complete' })],
  [
    'another action',
    'not-an-action',
    /something else in .* action 1/,
    reacting([{ kind: 'wait' }]),
  ],
  [
    'a condition',
    'not-an-action',
    /a boolean in .* action 2/,
    reacting([{ kind: 'complete' }, false]),
  ],
  ['nothing', 'not-an-action', /undefined in .* action 1/, reacting([undefined])],
  ['no time', 'invalid-duration', /undefined is no duration/, reacting([setting(undefined)])],
  ['an empty time', 'invalid-duration', /undefined is no duration/, reacting([setting({})])],
  ['no state', 'payload-not-json', /state of a process of "answering"/, evolving(undefined)],
  ['a Map', 'payload-not-json', /is a Map/, evolving({ seen: new Map() })],
  ['a promised state', 'payload-not-json', /is a Promise/, evolving(Promise.resolve({ seen: [] }))],
];

for (const [what, code, message, written] of answers)
  test(`an answer of ${what} is parked, with what to do`, async (t) => {
    let isMended = false;
    const answering = processManager({
      name: 'answering',
      from: [happened(order, 'OrderPlaced')],
      startedBy: ['OrderPlaced'],
      by: (event) => event.data.orderId,
      timers: ['Due'],
      initial: { seen: [] } as State,
      evolve: (state) =>
        isMended
          ? { seen: [1] }
          : written.evolve === undefined
            ? state
            : (written.evolve() as State),
      react: () => (isMended ? [] : (written.react?.() as Action[])),
    });
    const context = boundedContext('shop', { aggregates: [order], processes: [answering] });
    const app = await start(t, [context]);

    await app.handle(order, 'o-1', place('o-1'));
    await settledOrParked(app);
    const [parked] = await app.parked();
    isMended = true;
    await app.redrive({}, { who: 'a test', why: 'it is mended' });
    await app.settled();

    assert.equal(parked?.error?.code, code);
    assert.match(parked?.error?.message ?? '', message);
    assert.deepEqual((await app.process(answering, 'o-1'))?.state, { seen: [1] });
  });

interface Written {
  readonly evolve: () => unknown;
  readonly react: () => unknown;
}

function reacting(answer: unknown): Partial<Written> {
  return { react: () => answer };
}

function evolving(answer: unknown): Partial<Written> {
  return { evolve: () => answer };
}

function setting(due: unknown): unknown {
  return { kind: 'set-timer', timer: 'Due', due };
}
