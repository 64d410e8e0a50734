import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { aggregate } from '../../aggregate/aggregate.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import type { Fact } from '../../message/fact.ts';
import { effect } from '../../reaction/effect.ts';
import { happened } from '../../reaction/source.ts';
import { simulation as chargingShop } from './fixtures/charging-shop.ts';
import { ForeignWaitError } from './foreign-waits.ts';
import { HiddenSourceError } from './hidden-source.ts';
import { oneRun } from './one-run.ts';
import { SimulationFailedError, simulate } from './simulate.ts';
import type { Simulation } from './simulation.ts';

test('a shop that does everything once survives whatever goes wrong', async () => {
  const { runs, faults, commits } = await simulate({ ...chargingShop, seeds: 60 });

  assert.equal(runs, 60);
  assert.ok(commits > 1_000);
  assert.ok(faults.size > 10, [...faults.keys()].join(', '));
});

test('the same seed is the same run, and another seed is another one', async () => {
  const first = await simulate({ ...chargingShop, seeds: [1, 10] });
  const again = await simulate({ ...chargingShop, seeds: [1, 10] });

  assert.deepEqual(again.hashes, first.hashes);
  assert.equal(new Set(first.hashes.values()).size, 10);
});

test('a card that is charged without an idempotency key is charged twice, and that is found', async () => {
  const error = await failureOf(simulate({ ...careless(), seeds: 200 }));

  assert.match(error.message, /"no card is charged twice" does not hold/);
  assert.match(error.message, /✗ .*(outside-answer-lost|crash-after) at call \d+ of cards\.charge/);
  assert.ok(error.plan.strikes?.length === 1, JSON.stringify(error.plan));
  assert.ok(error.plan.steps?.length === 1);
});

test('a failure names the run that fails again', async () => {
  const { plan } = await failureOf(simulate({ ...careless(), seeds: 200 }));

  const again = await failureOf(simulate({ ...careless(), plan }));

  assert.deepEqual(again.plan, plan);
});

test('what is kept in a variable of a module is lost at a crash, and that is found', async () => {
  const error = await failureOf(simulate({ ...forgetful(), seeds: 300 }));

  assert.match(error.message, /"no card is charged twice" does not hold/);
  assert.ok(error.plan.strikes?.every((strike) => /crash-(before|after)$/.test(strike)));
});

test('processes are upgraded one by one, so that old and new versions come side by side', async () => {
  const versions = new Set<string>();
  const { faults } = await simulate({
    ...chargingShop,
    invariants: {
      settled: {
        'versions are noted': ({ records }) => {
          for (const { direction, schemaVersion } of records('ordering'))
            versions.add(`${direction} ${schemaVersion}`);
        },
      },
    },
    seeds: 240,
  });

  assert.ok((faults.get('upgrade') ?? 0) > 0);
  for (const version of ['outgoing 1', 'outgoing 2', 'incoming 1', 'incoming 2'])
    assert.ok(versions.has(version), [...versions].join(', '));
});

for (const [says, hidden] of [
  ['Date.now', () => Date.now()],
  ['new Date()', () => new Date().getTime()],
  ['Math.random', () => Math.random()],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['setTimeout', () => setTimeout(() => undefined, 1)],
] as const) {
  test(`a handler that uses ${says} is named, with the place where it does`, async () => {
    const { cause } = await failureOf(simulate({ ...careless(hidden), seeds: 1 }));

    assert.ok(cause instanceof HiddenSourceError);
    assert.equal(cause.source, says);
    assert.equal(cause.by, 'till "charge"');
    assert.match(cause.message, /simulate\.test\.ts:\d+/);
  });
}

test('a handler that waits for something real is named, with the place where it does', async () => {
  const { cause } = await failureOf(simulate({ ...careless(() => anotherProcess()), seeds: 1 }));

  assert.ok(cause instanceof ForeignWaitError);
  assert.deepEqual(cause.by, ['till "charge"']);
  assert.match(cause.message, /simulate\.test\.ts:\d+/);
});

/** Long enough that it is not over before anybody looks. */
function anotherProcess(): Promise<unknown> {
  return promisify(execFile)(process.execPath, ['-e', 'setTimeout(() => {}, 500)']);
}

test('afterwards clocks and chance are as they were', async () => {
  const before = [Date, Date.now, Math.random, setTimeout];

  await oneRun(chargingShop as unknown as Simulation, { seed: 1 });

  assert.deepEqual([Date, Date.now, Math.random, setTimeout], before);
  assert.ok(Date.now() > 0);
});

type Sold = Fact<'Sold', { readonly id: string }>;
const sale = aggregate({
  name: 'sale',
  initial: { isSold: false },
  decide: (command: Fact<'Sell', { readonly id: string }>): Sold[] => [
    { type: 'Sold', data: command.data },
  ],
  evolve: (_state, _event: Sold) => ({ isSold: true }),
});

/** Charges without an idempotency key. */
function careless(before: () => unknown = () => undefined): Simulation<{ cards: Cards }> {
  const charge = effect({
    name: 'charge',
    on: happened(sale, 'Sold'),
    perform: async ({ data }, { dependencies }) => {
      await before();
      await (dependencies as unknown as { cards: Cards }).cards.charge(data.id);
    },
  });
  return {
    contexts: () => [boundedContext('till', { aggregates: [sale], effects: [charge] })],
    outside: () => ({ cards: new Cards() }),
    workload: () =>
      ['s-1', 's-2', 's-3'].map((id) => ({
        name: `sell ${id}`,
        work: (app) => app.handle(sale, id, { type: 'Sell', data: { id } }, { commandId: id }),
      })),
    invariants: {
      always: {
        'no card is charged twice': ({ outside }) =>
          assert.equal(new Set(outside.cards.charged).size, outside.cards.charged.length),
      },
    },
  };
}

/** Remembers whom it charged in a variable of its module. */
function forgetful(): Simulation<{ cards: Cards }> {
  return {
    ...careless(),
    contexts: () => import('./fixtures/counting-till.ts').then(({ contexts }) => contexts),
    faults: { 'outside-answer-lost': false },
  };
}

class Cards {
  readonly charged: string[] = [];

  async charge(id: string): Promise<void> {
    this.charged.push(id);
  }
}

async function failureOf(simulating: Promise<unknown>): Promise<SimulationFailedError> {
  const error: unknown = await simulating.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof SimulationFailedError) return error;
  throw error;
}
