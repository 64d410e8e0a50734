/** Of several processes of a context one takes in what others publish, and all of them can tell of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { contract } from '../../contract/contract.ts';
import { readModel, type } from '../../read-model/read-model.ts';
import { run } from '../../runtime/run.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();

const contractNamed = (name: string) =>
  contract(name, { version: 1, schema: z.object({ id: z.string() }), key: ({ id }) => id });
const Told = contractNamed('source.Told');
const OfNoInterest = contractNamed('source.OfNoInterest');
const source = boundedContext('source', { publishes: [Told, OfNoInterest] });
const heard = readModel({
  name: 'heard',
  version: 1,
  document: type<{ id: string }>(),
  from: [Told],
  by: ({ data }) => data.id,
  evolve: { 'source.Told': (_, { data }) => ({ id: data.id }) },
});
const listening = boundedContext('listening', { readModels: [heard] });
const contexts = [source, listening];

test('whichever process is asked, it shows what a token of another context stands for', async () => {
  const store = postgres(await server.createDatabase());
  const publisher = await run(contexts, { store, only: ['source'] });
  const one = await run(contexts, { store, only: ['listening'] });
  const other = await run(contexts, { store, only: ['listening'] });
  try {
    const nothing = await publisher.transaction(source, (tx) =>
      tx.publish(OfNoInterest, { id: 'nobody hears it' }),
    );
    for (const app of [one, other])
      assert.equal(await app.read(heard).get('a', { after: nothing.token }), undefined);

    const { token } = await publisher.transaction(source, (tx) => {
      tx.publish(Told, { id: 'a' });
      // The token is of the last record, which nobody takes in.
      tx.publish(OfNoInterest, { id: 'a' });
    });

    for (const app of [one, other]) {
      assert.deepEqual(await app.read(heard).get('a', { after: token }), { id: 'a' });
      await app.settled({ after: [token] });
    }
  } finally {
    await Promise.all([publisher, one, other].map((app) => app.stop()));
  }
});
