import assert from 'node:assert/strict';
import { BackboneUnavailableError, type Delivery } from '../../backbone/backbone.ts';
import { assertInOrder } from './in-order.ts';
import { PATIENCE_MS, type Scenarios, type Scene } from './scene.ts';

/** What is left when connections break and brokers go away. */
export const failing: Scenarios = {
  'what was published survives a restart': async (scene) => {
    const consumer = await scene.consumer();
    const messages = scene.messages(10, 3);
    await scene.publish(messages);
    await consumer.receive(4);

    await scene.restart();
    await consumer.open();
    await consumer.takeAll(messages);

    assertInOrder(scene, consumer, messages);
  },

  'a probe says whether it can be reached, beside all that is under way': async (scene) => {
    const { backbone, subject } = scene;
    if (backbone.probe === undefined) return scene.skip('nothing has to be reached');
    const consumer = await scene.consumer();
    const message = scene.message();
    await backbone.probe();
    const { outage } = subject;
    if (outage !== undefined) {
      await outage.begin('stop');
      await assert.rejects(backbone.probe(), { name: BackboneUnavailableError.name });
      await outage.end();
      await scene.untilReached(() => backbone.probe?.() ?? Promise.resolve());
    }

    await scene.untilReached(() => consumer.open());
    await scene.untilReached(() => scene.publish([message]));
    await consumer.takeAll([message]);

    assert.deepEqual(consumer.firstIds(), [message.id]);
  },

  'a cut connection loses nothing': async (scene) => {
    const { cut } = scene.subject;
    if (cut === undefined) return scene.skip('there is no connection to cut');
    const consumer = await scene.consumer();
    const messages = scene.messages(10, 3);
    await scene.publish(messages);
    const inHand = await consumer.receive(4);

    await cut();
    // Where the consumer keeps its own count there is nothing to be refused.
    if (inHand.marks.length === 0)
      await assert.rejects(inHand.acknowledge(), { name: BackboneUnavailableError.name });
    await scene.untilReached(() => consumer.open());
    await consumer.takeAll(messages);

    assertInOrder(scene, consumer, messages);
  },

  'a consumer whose connection was cut while it waited hears so, or goes on': async (scene) => {
    const { cut } = scene.subject;
    if (cut === undefined) return scene.skip('there is no connection to cut');
    const consumer = await scene.consumer();
    const message = scene.message();
    const waiting = scene.within(PATIENCE_MS, async (signal) => {
      let delivery = await consumer.inlet.receive({ limit: 10, signal });
      // It may have been told that there is nothing yet.
      while (delivery.messages.length === 0 && !signal.aborted)
        delivery = await consumer.inlet.receive({ limit: 10, signal });
      return delivery;
    });
    const first = waiting.then(
      (delivery) => delivery,
      (error: unknown) => error,
    );

    await scene.host.clock.sleep(5);
    await cut();
    await scene.untilReached(() => scene.publish([message]));
    const answer = await first;
    if (answer instanceof Error) {
      assert.equal(answer.name, BackboneUnavailableError.name);
      await scene.untilReached(() => consumer.open());
    } else await consumer.take(answer as Delivery);
    await consumer.takeAll([message]);
  },

  'when a confirmation is lost, nothing is lost by handing over again': async (scene) => {
    const { loseAnswers } = scene.subject;
    if (loseAnswers === undefined) return scene.skip('no answer of it can be lost');
    const consumer = await scene.consumer();
    const messages = scene.messages(30, 3);
    await scene.publish(messages.slice(0, 10));
    await consumer.close();

    await loseAnswers.begin();
    try {
      const refused = { name: BackboneUnavailableError.name };
      await assert.rejects(scene.publish(messages.slice(10, 20)), refused);
    } finally {
      await loseAnswers.end();
    }
    await scene.untilReached(() => scene.publish(messages.slice(10, 20)));
    await scene.publish(messages.slice(20));
    await scene.untilReached(() => consumer.open());
    await consumer.takeAll(messages);

    assertInOrder(scene, consumer, messages);
  },

  'during an outage everything answers with BackboneUnavailableError': (scene) =>
    answersDuringOutage(scene, 'stop'),

  'when its servers were killed everything answers with BackboneUnavailableError': (scene) =>
    answersDuringOutage(scene, 'kill'),

  'after an outage it goes on, and the same outlet is used': (scene) =>
    goesOnAfterOutage(scene, 'stop'),

  'after its servers were killed it goes on with all that was confirmed, and the same outlet is used':
    (scene) => goesOnAfterOutage(scene, 'kill'),
};

async function answersDuringOutage(scene: Scene, by: 'stop' | 'kill'): Promise<void> {
  const { outage } = scene.subject;
  if (outage === undefined) return scene.skip('it cannot be switched off');
  const refused = { name: BackboneUnavailableError.name };
  const consumer = await scene.consumer();
  await scene.publish([scene.message()]);

  await outage.begin(by);
  await assert.rejects(scene.publish([scene.message()]), refused);
  await assert.rejects(consumer.receive(), refused);
  await assert.rejects(scene.consumer({ consumer: 'inventory' }), refused);
  await outage.end();
}

async function goesOnAfterOutage(scene: Scene, by: 'stop' | 'kill'): Promise<void> {
  const { outage } = scene.subject;
  if (outage === undefined) return scene.skip('it cannot be switched off');
  const consumer = await scene.consumer();
  const messages = scene.messages(12, 3);
  await scene.publish(messages.slice(0, 6));

  await outage.begin(by);
  await assert.rejects(scene.publish(messages.slice(6)));
  await outage.end();
  await scene.publish(messages.slice(6));
  await consumer.open();
  await consumer.takeAll(messages);

  assertInOrder(scene, consumer, messages);
}
