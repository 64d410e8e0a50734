/**
 * Whatever fails while people work with a running application (units of work on their own tables,
 * records that wait for something, a redrive, a discard, a rebuild), in the end all is done, once.
 */
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { crashingSqlite } from './fixtures/crashing-sqlite.ts';
import { parcels } from './fixtures/parcels.ts';
import { sweep } from './fixtures/sweep.ts';

test('in memory: whichever call fails, what people asked for is done in the end, and once', async () => {
  await sweep('what people ask for', () => parcels(memory()));
});

// What is read is not changed by a failure, and how a failing read is met is the same for each store.
const WRITES = /\.(?:open|commit|transaction|claim|defineModel|dropModel|replaceModel)$/;

test('on SQLite: whichever write fails, what people asked for is done in the end, and once', async () => {
  const world = () => {
    const { store, end } = crashingSqlite();
    return parcels(store, end);
  };

  await sweep('what people ask for, on SQLite', world, (call) => WRITES.test(call));
});
