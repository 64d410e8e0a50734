import assert from 'node:assert/strict';
import { type Scenarios, ids } from './scene.ts';

/** Until when a message comes again, and how much comes at a time. */
export const acknowledging: Scenarios = {
  'what was not acknowledged comes again': async (scene) => {
    const consumer = await scene.consumer();
    const messages = scene.messages(5, 5);

    await scene.publish(messages);
    await consumer.receive();
    await consumer.close();
    await consumer.open();
    await consumer.takeAll(messages);

    assert.equal(consumer.firstIds().length, 5);
  },

  'what was not acknowledged comes again in order, before what follows it': async (scene) => {
    if (scene.backbone.capabilities.order === 'none') return scene.skip('it has no order');
    const consumer = await scene.consumer();
    const messages = scene.messages(6, 1);

    await scene.publish(messages.slice(0, 3));
    await consumer.receive(2);
    await consumer.close();
    await scene.publish(messages.slice(3));
    await consumer.open();
    await consumer.takeAll(messages, 2);

    assert.deepEqual(consumer.firstIds(), ids(messages));
  },

  'what was acknowledged does not come again when nothing went wrong': async (scene) => {
    const consumer = await scene.consumer();
    const before = scene.messages(5, 5);
    const after = scene.messages(5, 5);

    await scene.publish(before);
    await consumer.takeAll(before);
    await consumer.close();
    await scene.restart();
    await scene.publish(after);
    await consumer.open();
    await consumer.takeAll(after);

    assert.deepEqual(ids(consumer.taken).toSorted(), ids([...before, ...after]).toSorted());
  },

  'a consumer that is not running misses nothing': async (scene) => {
    const consumer = await scene.consumer();
    await consumer.close();
    const messages = scene.messages(10, 3);

    await scene.publish(messages);
    await scene.restart();
    await consumer.open();
    await consumer.takeAll(messages);

    assert.equal(consumer.firstIds().length, 10);
  },

  'never more comes at a time than was asked for': async (scene) => {
    const consumer = await scene.consumer();
    const messages = scene.messages(50, 50);

    await scene.publish(messages);

    for (const limit of [1, 7, 20]) {
      const delivery = await consumer.receive(limit);
      assert.ok(delivery.messages.length <= limit);
      await consumer.take(delivery);
    }
  },

  'a waiting consumer wakes for a message': async (scene) => {
    const consumer = await scene.consumer();
    const waiting = consumer.receive();
    await scene.host.clock.sleep(5);
    const message = scene.message();

    await scene.publish([message]);

    assert.deepEqual(ids((await waiting).messages), [message.id]);
  },

  'a waiting consumer is let go when its signal aborts': async (scene) => {
    const consumer = await scene.consumer();
    const stopping = new AbortController();

    const waiting = consumer.inlet.receive({ limit: 10, signal: stopping.signal });
    await scene.host.clock.sleep(5);
    stopping.abort();

    assert.deepEqual((await waiting).messages, []);
  },

  'a waiting consumer is let go when it is closed': async (scene) => {
    const consumer = await scene.consumer();
    const signal = new AbortController().signal;

    const waiting = consumer.inlet.receive({ limit: 10, signal });
    await scene.host.clock.sleep(5);
    await consumer.close();

    assert.deepEqual((await waiting).messages, []);
  },

  'it is drained when everything is acknowledged, and not before': async (scene) => {
    const consumer = await scene.consumer();
    const message = scene.message();
    await scene.publish([message]);
    const inHand = await consumer.receive();
    const { epoch } = await scene.log('ordering');

    const before = [await consumer.inlet.isDrained(), await consumer.inlet.lookAgain(epoch)];
    await consumer.take(inHand);
    await consumer.takeMore();

    assert.deepEqual(before, [false, false]);
    assert.equal(await consumer.inlet.isDrained(), true);
    assert.equal(await consumer.inlet.lookAgain(epoch), true);
    // Who knows of another epoch knows of something that this log does not hold.
    const isOfLog = scene.backbone.capabilities.order === 'log';
    assert.equal(await consumer.inlet.lookAgain('another epoch'), !isOfLog);
  },

  'it is not drained while something is published that has not come': async (scene) => {
    const consumer = await scene.consumer();
    await consumer.takeMore();

    await scene.publish([scene.message()]);

    const { epoch } = await scene.log('ordering');
    assert.equal(await consumer.inlet.lookAgain(epoch), false);
    assert.equal(await consumer.inlet.isDrained(), false);
  },
};
