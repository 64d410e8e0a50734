/** Of several processes of a context one takes in what others publish, and all of them can tell of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { contract } from '../../contract/contract.ts';
import { readModel, type } from '../../read-model/read-model.ts';
import type { RunOptions } from '../../runtime/run-options.ts';
import { run } from '../../runtime/run.ts';
import { nats } from '../nats/nats-backbone.ts';
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

let natsServer: NatsServer;
before(async () => {
  natsServer = await startNats();
});
after(() => natsServer?.close());

test('whichever process is asked, it shows what a token of another context stands for', () =>
  shownByAll(() => ({})));

test('also over a broker, whose places are not those of the log', () =>
  shownByAll(() => ({ backbone: nats(natsServer.url) })));

async function shownByAll(over: () => Partial<RunOptions>): Promise<void> {
  const url = await server.createDatabase();
  const running = (context: string) =>
    run(contexts, { store: postgres(url), only: [context], ...over() });
  const publisher = await running('source');
  const one = await running('listening');
  const other = await running('listening');
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
}
