/** Business time is each process's own, so where another one has the timers it cannot be moved on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { order, place } from '../../process/fixtures/deadlines.ts';
import { processManager } from '../../process/process-manager.ts';
import { happened } from '../../reaction/source.ts';
import { BusinessTimeElsewhereError } from '../../runtime/reach-business-time.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

const deadline = processManager({
  name: 'deadline',
  from: [happened(order, 'OrderPlaced')],
  startedBy: ['OrderPlaced'],
  by: (event) => event.data.orderId,
  timers: ['PaymentOverdue'],
  time: 'business',
  initial: {},
  evolve: (state) => state,
  react: (_, event, { setTimer, complete }) =>
    event.type === 'OrderPlaced'
      ? [setTimer('PaymentOverdue', { after: '20 minutes' })]
      : [complete()],
});
const shop = boundedContext('shop', { aggregates: [order], processes: [deadline] });
const at = (time: string) => `2011-12-09T${time}:00.000Z`;

test('business time is moved on where the timers are, and refused elsewhere', async () => {
  const url = await server.createDatabase();
  const options = { logger: silent, businessTime: 'watermark' as const };
  const apps = [
    await run([shop], { ...options, store: postgres(url) }),
    await run([shop], { ...options, store: postgres(url) }),
  ];
  try {
    await apps[0]?.handle(order, 'o-1', place('o-1'), { occurredAt: at('09:00') });
    await Promise.all(apps.map((app) => app.settled()));

    // Refused before it has moved anything, by whichever has not got them.
    const refused: unknown[] = [];
    for (const app of apps)
      await app.reachBusinessTime(at('09:30')).catch((error: unknown) => refused.push(error));

    assert.equal(refused.length, 1);
    assert.ok(refused[0] instanceof BusinessTimeElsewhereError);
    assert.deepEqual(await apps[1]?.timers(), []);
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
  }
});
