import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Envelope, Outlet } from '../../backbone/backbone.ts';
import { Relay } from '../../backbone/relay.ts';
import { Committer } from '../../log/committer.ts';
import type { Log } from '../../log/log.ts';
import { silent } from '../../telemetry/logger.ts';
import { QUICKLY, intakeOf } from './billing-intake.ts';
import { PATIENCE_MS, type Scenarios, type Scene, ids } from './scene.ts';

/** The whole way, with the toolkit's own relay and intake on both sides of the backbone. */
export const takingIn: Scenarios = {
  'intake takes each message in once and in order, whatever the backbone does': async (scene) => {
    const messages = scene.messages(400, 7);
    const log = await scene.log('billing');
    const intake = intakeOf(scene, log);

    await scene.make();
    await intake.start();
    for (let from = 0; from < 400; from += 40) await scene.publish(messages.slice(from, from + 40));
    await scene.until('400 messages', async () => (await log.head()) >= 400);
    await scene.until('idle', () => intake.isIdle());
    await intake.stop();

    await assertTakenIn(scene, log, messages);
  },

  'intake goes on where it stopped': async (scene) => {
    const messages = scene.messages(60, 5);
    const log = await scene.log('billing');

    await scene.make();
    for (let from = 0; from < 60; from += 20) {
      const intake = intakeOf(scene, log);
      await intake.start();
      await scene.publish(messages.slice(from, from + 20));
      await scene.until('20 more', async () => (await log.head()) >= from + 20);
      await intake.stop();
    }

    await assertTakenIn(scene, log, messages);
  },

  'relay goes on where it stopped, also when it stopped in the middle': async (scene) => {
    if (scene.backbone.capabilities.relay === false) return scene.skip('it needs no relay');
    await scene.make();
    const publisher = await scene.log('ordering');
    const committer = new Committer(publisher, scene.host.clock);
    const log = await scene.log('billing');
    const intake = intakeOf(scene, log);
    const messages = scene.messages(1_600, 7);

    await intake.start();
    for (let from = 0; from < 1_600; from += 400) {
      const records = messages.slice(from, from + 400).map((message) => outgoing(message));
      await committer.commit({ records });
      const { outlet, begun } = watched(await scene.backbone.outlet('ordering'));
      const relay = relayOf(scene, { outlet, log: publisher, committer });
      await relay.start();
      await scene.within(PATIENCE_MS, (signal) => Promise.race([begun, overdue(signal)]));
      await relay.stop();
    }
    const outlet = (await scene.backbone.outlet('ordering')) as Outlet;
    const last = relayOf(scene, { outlet, log: publisher, committer });
    await last.start();
    await scene.until('all confirmed', () => last.isIdle());
    await scene.until('1,600 messages', async () => (await log.head()) >= 1_600);
    await scene.until('idle', () => intake.isIdle());
    await last.stop();
    await intake.stop();

    await assertTakenIn(scene, log, messages);
  },

  'whoever waits for a position sees all that was published up to there': async (scene) => {
    const log = await scene.log('billing');
    const intake = intakeOf(scene, log);
    await scene.make();
    await intake.start();

    for (const message of scene.messages(20, 3)) {
      await scene.publish([message]);
      const publisher = await scene.log('ordering');
      const place = { epoch: publisher.epoch, position: Math.max(1, await publisher.head()) };
      const wait = (signal: AbortSignal) => intake.waitUntil(place, signal);
      assert.equal(await scene.within(PATIENCE_MS, wait), true);
      assert.equal((await log.recordsById([message.id])).length, 1);
    }
    await intake.stop();
  },

  'relay and intake lose nothing when connections are cut again and again': async (scene) => {
    const { cut } = scene.subject;
    const outlet = await scene.backbone.outlet('ordering');
    if (cut === undefined || outlet === undefined)
      return scene.skip('there is no connection to cut');
    await scene.make();
    const publisher = await scene.log('ordering');
    const committer = new Committer(publisher, scene.host.clock);
    const log = await scene.log('billing');
    const messages = scene.messages(400, 7);
    const intake = intakeOf(scene, log);
    const relay = relayOf(scene, { outlet, log: publisher, committer });

    await intake.start();
    await relay.start();
    for (let from = 0; from < 400; from += 20) {
      const records = messages.slice(from, from + 20).map((message) => outgoing(message));
      await committer.commit({ records });
      if (from % 60 === 0) await cut();
    }
    await scene.until('400 messages', async () => (await log.head()) >= 400);
    await scene.until('all confirmed', () => relay.isIdle());
    await scene.until('idle', () => intake.isIdle());
    await relay.stop();
    await intake.stop();

    await assertTakenIn(scene, log, messages);
  },
};

/** The toolkit's own relay at Ordering. It ends with the scene at the latest. */
function relayOf(
  scene: Scene,
  parts: { readonly outlet: Outlet; readonly log: Log; readonly committer: Committer },
): Relay {
  const fixed = { context: 'ordering', owner: 'one', logger: silent, retry: QUICKLY };
  const relay = new Relay({ ...fixed, ...parts, host: scene.host });
  scene.atEnd(() => relay.stop());
  return relay;
}

/** An outlet that tells when the first batch is on its way. */
function watched(outlet: Outlet | undefined) {
  assert.ok(outlet);
  const begun = Promise.withResolvers<void>();
  const watching: Outlet = {
    publish: (messages) => {
      begun.resolve();
      return outlet.publish(messages);
    },
    close: () => outlet.close(),
  };
  return { outlet: watching, begun: begun.promise };
}

async function overdue(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  assert.fail(`nothing was handed over within ${PATIENCE_MS} ms`);
}

function outgoing(message: Envelope) {
  return { ...message, direction: 'outgoing' as const, stream: null, version: null };
}

async function assertTakenIn(scene: Scene, log: Log, messages: readonly Envelope[]): Promise<void> {
  const records = await log.read({ after: 0, limit: 10_000, directions: ['incoming'] });
  assert.deepEqual(records.map(({ id }) => id).toSorted(), ids(messages).toSorted());
  if (scene.backbone.capabilities.order === 'none') return;
  for (const key of new Set(messages.map((message) => message.key))) {
    assert.deepEqual(
      records.filter((record) => record.key === key).map(({ id }) => id),
      ids(messages.filter((message) => message.key === key)),
    );
  }
}
