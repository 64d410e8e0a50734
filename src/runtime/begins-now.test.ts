/** What begins now, and loses the power soon after: the moment at which it began is not another one later. */
import './fixtures/power.ts';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { Fact } from '../message/fact.ts';
import { whenever } from '../reaction/whenever.ts';
import { silent } from '../telemetry/logger.ts';
import { MoneyDeposited, account, deposit, publishDeposits } from './fixtures/banking.ts';
import { cutPower, diskPlace, WHERE_SYNCS_ARE_SEEN } from './fixtures/power.ts';

// After the disk above: what it gives is taken at import.
const { sqlite } = await import('../adapters/sqlite/sqlite-store.ts');
const { run } = await import('./run.ts');

test(
  'what was published since something began to listen reaches it after a power cut, too',
  WHERE_SYNCS_ARE_SEEN,
  async (t) => {
    const directory = diskPlace(t);
    const [data, left] = [join(directory, 'data'), join(directory, 'left')];
    const before = await run([banking, ledger()], { store: sqlite(data), logger: silent });
    await before.handle(account, 'a', deposit(1));
    await before.handle(page, 'first', { type: 'Turn', data: { number: 1 } });
    await before.stop();

    const heard: number[] = [];
    const app = await run([banking, ledger(heard)], { store: sqlite(data), logger: silent });
    await app.settled();
    await app.handle(account, 'a', deposit(2));
    await app.settled();
    const heardBefore = heard.splice(0);
    cutPower(data, left, () => 0);
    await app.stop();
    const after = await run([banking, ledger(heard)], { store: sqlite(left), logger: silent });
    await after.settled();
    await after.stop();

    assert.deepEqual([heardBefore, heard], [[2], [2]]);
  },
);

const banking = boundedContext('banking', { aggregates: [account], publishes: [publishDeposits] });

const page = aggregate({
  name: 'page',
  initial: { number: 0 },
  decide: ({ data }: Fact<'Turn', Turned['data']>): Turned[] => [{ type: 'Turned', data }],
  evolve: (_: Turned['data'], { data }: Turned) => data,
});

type Turned = Fact<'Turned', { readonly number: number }>;

/** It has a past; with `heard` it listens, and notes what it hears outside of its log. */
function ledger(heard?: number[]) {
  const listen = (into: number[]) =>
    whenever('listen', MoneyDeposited, ({ data }) => void into.push(data.amount), {
      startFrom: 'now',
    });
  return boundedContext('ledger', {
    aggregates: [page],
    reactions: heard === undefined ? [] : [listen(heard)],
  });
}
