/** What a token stands for that is given by a process which has not heard yet what another one did. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { run } from '../../runtime/run.ts';
import { parseToken } from '../../runtime/token.ts';
import { silent } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import { neverPolling } from './fixtures/polling.ts';
import { untoldPool } from './fixtures/untold-pool.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

test('a command that changes nothing answers with a token of what its answer rests on', () =>
  unheard(async ({ first, one, second, two }) => {
    const counted = await second.handle(two.counter, 'c-1', counting(1));

    const { state, token } = await first.handle(one.counter, 'c-1', counting(0));

    assert.equal(state.total, 1);
    assert.ok(positionOf(token) >= positionOf(counted.token));
  }));

test('so does a command that was done before, and had changed nothing', () =>
  unheard(async ({ first, one, second, two }) => {
    const counted = await second.handle(two.counter, 'c-1', counting(1));
    const options = { commandId: 'nothing' };
    await second.handle(two.counter, 'c-1', counting(0), options);

    const { state, token } = await first.handle(one.counter, 'c-1', counting(0), options);

    assert.equal(state.total, 1);
    assert.ok(positionOf(token) >= positionOf(counted.token));
  }));

test('so does a transaction that another process has done', () =>
  unheard(async ({ first, one, second, two }) => {
    const counted = await second.handle(two.counter, 'c-1', counting(1));
    const options = { commandId: 'list', asked: 'list' };
    await second.transaction(two.context, () => 'done', options);

    const repeated = await first.transaction(one.context, () => 'again', options);

    assert.deepEqual([repeated.result, repeated.isRepeated], ['done', true]);
    assert.ok(positionOf(repeated.token) >= positionOf(counted.token));
  }));

function counting(by: number) {
  return { type: 'Count' as const, data: { id: 'c-1', by } };
}

function positionOf(token: string): number {
  return parseToken(token).position;
}

type App = Awaited<ReturnType<typeof run>>;
type Counting = ReturnType<typeof countingContext>;

/** Two processes of a context: the first one hears of nothing that the second one commits. */
async function unheard(
  then: (both: { first: App; one: Counting; second: App; two: Counting }) => Promise<void>,
): Promise<void> {
  const url = await server.createDatabase();
  const [one, two] = [countingContext(() => undefined), countingContext(() => undefined)];
  const pool = untoldPool(url);
  const deaf = postgres(url, { host: { clock: neverPolling() } });
  const first = await run([one.context], { store: deaf, logger: silent });
  const second = await run([two.context], { store: postgres({ pool }), logger: silent });
  try {
    await then({ first, one, second, two });
  } finally {
    await Promise.all([first.stop(), second.stop()]);
    await pool.end();
  }
}
