import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { systemClock } from '../../host/clock.ts';
import { Session } from './session.ts';

let pool: pg.Pool;
before(async () => {
  pool = new pg.Pool({ connectionString: (await sharedPostgres()).connectionString });
});
after(() => pool.end());

test('the connection that stays open is asked one thing at a time', async () => {
  const warnings: string[] = [];
  const hear = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', hear);
  const session = new Session({
    pool,
    clock: systemClock(),
    onNotification() {},
    onAnew() {},
    hello: 'hello',
  });
  const names = ['a', 'b', 'c'];

  await Promise.all(names.map((name) => session.listen(name)));
  const locks = names.map((name, index) => ({ name, key: `1, ${index}` }));
  const taken = await Promise.all(locks.map((lock) => session.lock(lock)));
  await Promise.all(names.map((name) => session.unlock(name)));
  session.close();
  await turn();

  process.off('warning', hear);
  assert.deepEqual(taken, [true, true, true]);
  // The client warns of it now, and will refuse it one day.
  assert.deepEqual(warnings, []);
});
