/**
 * NATS over websockets: by packages that the application gives, where the one that is loaded otherwise is not there.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { after, before, type TestContext, test } from 'node:test';
import * as jetstream from '@nats-io/jetstream';
import * as core from '@nats-io/nats-core';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { freePort } from '../../../scripts/services/process/free-port.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { type NatsOptions, nats } from './nats-backbone.ts';
import { NatsClientMissingError } from './nats-client.ts';
import { NatsOptionError } from './nats-option-error.ts';

const TRANSPORT = '@nats-io/transport-node';

/** In this process, as where it is not installed. */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === TRANSPORT) throw new Error(`${TRANSPORT} is not here.`);
    return next(specifier, context);
  },
});

let server: NatsServer;
let network: Network;
let servers: string;
before(async () => {
  const port = await freePort();
  const configuration = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
  server = await startNats({ configuration });
  network = await startNetwork(port);
  servers = network.through(`ws://127.0.0.1:${port}`);
});
after(async () => {
  await network?.close();
  await server?.close();
});

test('without the packages nothing can begin', async (t) => {
  await rejection(scene(t, { servers }), NatsClientMissingError);
});

test('messages go over websockets by the packages that are given, also after the connection was cut', async (t) => {
  const client = { ...core, ...jetstream, connect: core.wsconnect };
  const { heard, place } = await scene(t, { servers, client, prefix: 'own' });
  await place('o-1');
  await until(() => heard.length === 1);

  network.cut();
  await place('o-2');
  await until(() => heard.length === 2);

  assert.deepEqual(heard, ['o-1', 'o-2']);
});

test('a connection of the application needs no package that connects', async (t) => {
  const connection = (): Promise<core.NatsConnection> => core.wsconnect({ servers });
  const client = { ...core, ...jetstream };
  const { heard, place } = await scene(t, { connection, client, prefix: 'given' });

  await place('o-1');
  await until(() => heard.length === 1);

  assert.deepEqual(heard, ['o-1']);
});

for (const [what, client, option] of [
  ['no connection can be made', { ...core, ...jetstream }, /has no "connect".*wsconnect/s],
  ['a part is missing', { ...jetstream, connect: core.wsconnect }, /has no "headers".*nats-core/s],
] as const)
  test(`packages by which ${what} are told before anything is begun`, () => {
    assert.throws(
      () => nats({ servers, client: client as NatsOptions['client'] & object }),
      (error) => error instanceof NatsOptionError && option.test(error.message),
    );
  });

async function scene(t: TestContext, options: NatsOptions) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const app = await start(t, [ordering, context], { backbone: nats(options) });
  const place = (orderId: string): Promise<unknown> =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  return { app, heard, place };
}
