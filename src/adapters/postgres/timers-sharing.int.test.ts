/** When several processes run one context, a timer that a person decides about is in the hands of one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { systemHost } from '../../host/host.ts';
import { decideTimer } from '../../inspection/decide-timer.ts';
import { order, place, shop } from '../../process/fixtures/deadlines.ts';
import { run } from '../../runtime/run.ts';
import { until } from '../../runtime/fixtures/start.ts';
import { silent } from '../../telemetry/logger.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const by = { who: 'ann', why: 'she has called' };

test('timers are fired and cancelled once by whichever of two processes has them', async () => {
  const url = await server.createDatabase();
  const options = { logger: silent };
  const first = await run([shop], { ...options, store: postgres(url, { leaseMs: 2_000 }) });
  const second = await run([shop], { ...options, store: postgres(url, { leaseMs: 2_000 }) });
  const store = postgres(url);
  const log = await store.reader('shop');
  const { signal } = new AbortController();
  const asking = { store, context: 'shop', log, host: systemHost(), waitMs: 20_000, signal };
  try {
    for (const id of ['o-1', 'o-2', 'o-3']) await first.handle(order, id, place(id));
    await first.settled();
    const timers = new Map((await second.timers()).map((timer) => [timer.key, timer]));
    const [one, two, three] = ['o-1', 'o-2', 'o-3'].map((key) => timers.get(key));
    assert.ok(one !== undefined && two !== undefined && three !== undefined);

    // Asked of both at once, each of them twice.
    const states = await Promise.all(
      [one, one, two, two].map(async (timer) => {
        const action = timer === one ? ('fire' as const) : ('cancel' as const);
        return (await decideTimer(asking, timer, { action, ...by })).state;
      }),
    );
    await first.stop();
    const later = await decideTimer(asking, three, { action: 'fire', ...by });
    await second.settled();

    assert.deepEqual(states.toSorted(), ['done', 'done', 'refused', 'refused']);
    assert.equal(later.state, 'done');
    await until(async () => (await typesOf('o-3')).length === 2);
    assert.deepEqual(await typesOf('o-1'), ['OrderPlaced', 'OrderCancelled']);
    assert.deepEqual(await typesOf('o-2'), ['OrderPlaced']);
    const fired = await log.read({ after: 0, limit: 100, directions: ['timer'] });
    assert.equal(fired.length, 2);
  } finally {
    await log.close();
    await Promise.all([first.stop(), second.stop()]);
  }

  async function typesOf(id: string): Promise<readonly string[]> {
    return (await log.readStream(`order/${id}`, { limit: 10 })).map(({ type }) => type);
  }
});
