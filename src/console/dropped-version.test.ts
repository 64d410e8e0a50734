/** A version of a read model that the code does not know any more is dropped by somebody at the console. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { account, deposit } from '../runtime/fixtures/banking.ts';
import { watchedOf } from './fixtures/watched.ts';

test('an old version of a read model is dropped, and the one that is read stays', async () => {
  const store = memory();
  const before = await watchedOf([banking(version(1))], { store });
  await before.app.handle(account, 'a', deposit(1));
  await before.app.settled();
  await before.close();
  const read = version(2);
  const { app, ask, act, close } = await watchedOf([banking(read)], { store });
  const models = async () =>
    (await ask('models', { context: 'banking' })).versions.map(({ model }) => model);
  try {
    await app.settled();
    const there = await models();
    const asked = { context: 'banking', model: 'balances@1', why: 'the disk is full' };
    const { outcome } = await act('drop-model', asked);

    assert.deepEqual(there, ['balances@1', 'balances@2']);
    assert.deepEqual(outcome, { state: 'done' });
    assert.deepEqual(await models(), ['balances@2']);
    assert.equal((await app.read(read).get('all'))?.movements, 1);
    const [operation] = (await ask('audit', {})).operations;
    assert.equal(operation?.action, 'drop-model');
    assert.equal(operation.why, 'the disk is full');
  } finally {
    await close();
  }
});

function banking(balances: ReturnType<typeof version>) {
  return boundedContext('banking', { aggregates: [account], readModels: [balances] });
}

function version(number: number) {
  return readModel({
    name: 'balances',
    version: number,
    document: type<{ movements: number }>(),
    from: [account],
    by: () => 'all',
    evolve: { Deposited: (document) => ({ movements: (document?.movements ?? 0) + 1 }) },
  });
}
