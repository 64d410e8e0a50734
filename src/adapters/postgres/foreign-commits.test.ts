/** How often is asked what became of transactions that are not ours, on a time that the test decides. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClock } from '../../testing/test-clock.ts';
import { ForeignCommits } from './foreign-commits.ts';

const ordering = { context: 'ordering', schema: '"ordering"' };
const billing = { context: 'billing', schema: '"billing"' };

test('a transaction is looked at soon, and then ever later, at least once a second', async () => {
  const { commits, asks, pass } = watching();

  commits.watch(ordering, '7');
  await pass(10_000);

  const gaps = asks.map(({ at }, index) => at - (asks[index - 1]?.at ?? 0));
  assert.deepEqual(gaps.slice(0, 10), [2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000]);
  assert.ok(asks.length < 20, `${asks.length} looks in ten seconds`);
});

test('a commit is told once for each log, and nothing is asked any more', async () => {
  const { commits, asks, pass, statuses, committed } = watching();
  commits.watch(ordering, '7');
  commits.watch(billing, '7');
  commits.watch(ordering, '7');
  await pass(5);

  statuses.set('7', 'committed');
  await pass(10_000);

  assert.deepEqual(committed, ['ordering', 'billing']);
  assert.equal(asks.length, 2);
});

test('one that was rolled back is told to nobody', async () => {
  const { commits, pass, statuses, committed, asks } = watching();
  commits.watch(ordering, '7');

  statuses.set('7', 'aborted');
  await pass(10_000);

  assert.deepEqual([committed, asks.length], [[], 1]);
});

test('one so old that the server has forgotten what became of it is taken for committed', async () => {
  const { commits, pass, statuses, committed } = watching();
  commits.watch(ordering, '7');

  statuses.set('7', null);
  await pass(10);

  assert.deepEqual(committed, ['ordering']);
});

test('many that commit all the time share looks, a hundred a second at most', async () => {
  const { commits, pass, asks, statuses, committed } = watching();

  for (let number = 0; number < 1_000; number += 1) {
    statuses.set(`${number}`, 'committed');
    commits.watch(ordering, `${number}`);
    await pass(1);
  }
  await pass(100);

  assert.equal(committed.length, 1_000);
  assert.ok(asks.length <= 110, `${asks.length} looks in a second`);
});

test('while the server cannot be asked it is tried again, and what it then says is told', async () => {
  const { commits, pass, statuses, committed } = watching();
  statuses.set('7', 'away');
  commits.watch(ordering, '7');
  await pass(3_000);

  statuses.set('7', 'committed');
  await pass(2_000);

  assert.deepEqual(committed, ['ordering']);
});

test('one of another server, or of a future that was undone, keeps nobody from hearing of the others', async () => {
  const { commits, pass, statuses, committed, asks } = watching();
  statuses.set('7', 'in the future');
  commits.watch(billing, '7');
  commits.watch(ordering, '8');
  await pass(100);

  assert.deepEqual(committed.toSorted(), ['billing', 'ordering']);
  assert.equal(asks.length, 1);
});

test('after it was closed nothing is asked', async () => {
  const { commits, pass, asks } = watching();
  commits.watch(ordering, '7');

  await commits.close();
  commits.watch(ordering, '8');
  await pass(10_000);

  assert.deepEqual(asks, []);
});

function watching() {
  const clock = new TestClock(0);
  const asks: { readonly at: number; readonly transactions: readonly string[] }[] = [];
  /** What the server says of each transaction; by default that it is open. */
  const statuses = new Map<string, 'committed' | 'aborted' | 'away' | 'in the future' | null>();
  const committed: string[] = [];
  const commits = new ForeignCommits({
    clock,
    ask: async (_sql, values = []) => {
      const transactions = values[0] as string[];
      asks.push({ at: clock.elapsedMs(), transactions });
      const all = transactions.map((each) => statuses.get(each));
      if (all.includes('away')) throw new Error('away');
      if (all.includes('in the future'))
        throw Object.assign(new Error('transaction ID 7 is in the future'), { code: '22023' });
      return transactions.map((each) => [
        each,
        statuses.has(each) ? statuses.get(each) : 'in progress',
      ]) as never;
    },
    onCommitted: ({ context }) => void committed.push(context),
  });
  /** Lets time pass, and what it sets going come to rest. */
  const pass = async (spanMs: number): Promise<void> => {
    const end = clock.now() + spanMs;
    while ((clock.nextAt ?? Infinity) <= end) {
      clock.wakeNext();
      await clock.turn();
    }
    clock.moveTo(end);
  };
  return { commits, asks, pass, statuses, committed };
}
