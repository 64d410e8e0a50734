import assert from 'node:assert/strict';
import type { Envelope, MessageNotCarriedError } from '../../backbone/backbone.ts';
import { FROM_NOW } from '../../log/write-set.ts';
import { assertInOrder } from './in-order.ts';
import { SILENCE_MS, type Scenarios, type Scene, type TestConsumer, ids } from './scene.ts';

/** What arrives, where, and in which order. */
export const delivering: Scenarios = {
  'what is published reaches a consumer': async (scene) => {
    const consumer = await scene.consumer();
    const messages = scene.messages(3, 3);

    await scene.publish(messages);
    await consumer.takeAll(messages);

    assert.deepEqual(consumer.firstIds().toSorted(), ids(messages).toSorted());
  },

  'there is an outlet just where it says that a relay is needed': async ({ backbone }) => {
    const outlet = await backbone.outlet('ordering');

    assert.equal(outlet !== undefined, backbone.capabilities.relay !== false);
    await outlet?.close();
  },

  'a message arrives as it was published': async (scene) => {
    const consumer = await scene.consumer({ contracts: ['ordering.Bestellung "é" 🎁'] });
    const message = scene.message({
      type: 'ordering.Bestellung "é" 🎁',
      key: "order 'one'\n\u{1F381} %/\\;,=",
      schemaVersion: 7,
      data: `{ "__proto__" : 1,\n "name": "Zoë 🎁", "list": [1.5, null, true, "\\u0000"] }`,
      metadata: '{"who":"Ünal"}',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      correlationId: 'action "one"',
      causationId: 'cause 🎁',
      occurredAt: 1_291_191_960_123,
    });

    await scene.publish([message]);
    const { messages } = await consumer.receive();

    const { position: _, ...arrived } = messages[0] as Envelope;
    assert.deepEqual(arrived, message);
  },

  'a message of a million characters arrives': async (scene) => {
    const consumer = await scene.consumer();
    const message = scene.message({ data: JSON.stringify({ text: 'x'.repeat(1_000_000) }) });

    await scene.publish([message]);
    const { messages } = await consumer.receive();

    assert.equal(messages[0]?.data, message.data);
  },

  'each consumer gets every message': async (scene) => {
    const consumers = [
      await scene.consumer({ consumer: 'billing' }),
      await scene.consumer({ consumer: 'inventory' }),
      await scene.consumer({ consumer: 'fulfilment' }),
    ];
    const messages = scene.messages(20, 5);

    await scene.publish(messages);

    for (const consumer of consumers) {
      await consumer.takeAll(messages);
      assert.equal(consumer.firstIds().length, 20);
    }
  },

  'a slow consumer holds up no other, and is given everything itself': async (scene) => {
    const slow = await scene.consumer({ consumer: 'billing' });
    const fast = await scene.consumer({ consumer: 'inventory' });
    // More than any backbone fetches ahead.
    const messages = scene.messages(2_000, 7);

    for (let from = 0; from < 2_000; from += 250)
      await scene.publish(messages.slice(from, from + 250));
    let isDone = false;
    await Promise.all([
      fast.takeAll(messages).finally(() => (isDone = true)),
      takeSlowly(scene, slow, () => isDone),
    ]);
    const takenSlowly = slow.taken.length;
    await slow.takeAll(messages);

    assert.ok(takenSlowly < 2_000, 'it was not slow');
    assertInOrder(scene, fast, messages);
    assertInOrder(scene, slow, messages);
  },

  'a consumer gets the contracts that it asked for, and no others': async (scene) => {
    const consumer = await scene.consumer({ contracts: ['ordering.A', 'ordering.C'] });
    const messages = ['A', 'B', 'C', 'B', 'A'].map((type) =>
      scene.message({ type: `ordering.${type}` }),
    );

    await scene.publish(messages);
    await consumer.takeAll(messages.filter(({ type }) => type !== 'ordering.B'));
    await consumer.takeMore();

    assert.deepEqual(
      new Set(consumer.taken.map(({ type }) => type)),
      new Set(['ordering.A', 'ordering.C']),
    );
  },

  'a consumer gets what it asked for from one publisher, not from another': async (scene) => {
    const consumer = await scene.consumer();
    const other = scene.message({ source: 'returns' });
    const message = scene.message();

    await scene.publish([other], 'returns');
    await scene.publish([message]);
    await consumer.takeAll([message]);
    await consumer.takeMore();

    assert.deepEqual(consumer.firstIds(), [message.id]);
  },

  'messages of a key arrive in the order in which they were published': async (scene) => {
    if (scene.backbone.capabilities.order === 'none') return scene.skip('it has no order');
    const consumer = await scene.consumer();
    const messages = scene.messages(300, 7);

    for (let from = 0; from < 300; from += 50) await scene.publish(messages.slice(from, from + 50));
    await consumer.takeAll(messages, 16);

    for (let key = 0; key < 7; key += 1) {
      const ofKey = messages.filter((message) => message.key === `order-${key}`);
      assert.deepEqual(consumer.firstIds(`order-${key}`), ids(ofKey));
    }
  },

  'a log arrives in the order of the log': async (scene) => {
    if (scene.backbone.capabilities.order !== 'log') return scene.skip('it has order per key only');
    const consumer = await scene.consumer();
    const messages = scene.messages(100, 7);

    await scene.publish(messages);
    await consumer.takeAll(messages, 16);

    assert.deepEqual(consumer.firstIds(), ids(messages));
  },

  'a context of the same application misses nothing that comes before it first asks': async (
    scene,
  ) => {
    const contracts = ['ordering.OrderPlaced'];
    scene.listeners.push({ consumer: 'billing', source: 'ordering', contracts });
    await scene.restart();
    const messages = scene.messages(8, 3);

    await scene.publish(messages);
    const consumer = await scene.consumer();
    await consumer.takeAll(messages);

    assert.equal(consumer.firstIds().length, 8);
  },

  'a later consumer is given what was published before, where the backbone replays': async (
    scene,
  ) => {
    if (!scene.backbone.capabilities.replay) return scene.skip('it does not replay');
    const messages = scene.messages(600, 7);

    await scene.publish(messages);
    const consumer = await scene.consumer();
    await consumer.takeAll(messages);

    assert.equal(consumer.firstIds().length, 600);
  },

  'a contract listened to later comes from its beginning, where the backbone replays': async (
    scene,
  ) => {
    if (!scene.backbone.capabilities.replay) return scene.skip('it does not replay');
    const placed = scene.messages(300, 7);
    const shipped = placed.map(() => scene.message({ type: 'ordering.OrderShipped' }));
    const mixed = placed.flatMap((message, index) => [shipped[index] as Envelope, message]);
    await scene.publish(mixed);
    const before = await scene.consumer();
    await before.takeAll(placed);
    await before.close();

    const later = await scene.consumer({
      contracts: ['ordering.OrderPlaced', 'ordering.OrderShipped'],
      marks: before.marks,
    });
    const anew = [scene.message({ type: 'ordering.OrderShipped' }), scene.message({})];
    await scene.publish(anew);
    await later.takeAll([...shipped, ...anew]);

    const ofOneKey = later.firstIds().filter((id) => !ids(placed).includes(id));
    assert.equal(ofOneKey.length, 302);
    if (scene.backbone.capabilities.order !== 'none') {
      const isShipped = new Set([...ids(shipped), ...ids(anew.slice(0, 1))]);
      assert.deepEqual(
        ofOneKey.filter((id) => isShipped.has(id)),
        [...isShipped],
      );
    }
  },

  'a later consumer is given what is published from then on alone, where nothing is replayed':
    async (scene) => {
      if (scene.backbone.capabilities.replay) return scene.skip('it replays');
      const messages = scene.messages(40, 7);
      const there = await scene.consumer({ consumer: 'inventory' });

      await scene.publish(messages.slice(0, 20));
      const later = await scene.consumer();
      await scene.publish(messages.slice(20));
      await later.takeAll(messages.slice(20));
      await later.takeMore();
      await there.takeAll(messages);

      assertInOrder(scene, later, messages.slice(20));
      assertInOrder(scene, there, messages);
    },

  'a contract listened to later comes from then on, where nothing is replayed': async (scene) => {
    if (scene.backbone.capabilities.replay) return scene.skip('it replays');
    const mixed = Array.from({ length: 20 }, (_, index) =>
      scene.message({ type: index % 2 === 0 ? 'ordering.OrderPlaced' : 'ordering.OrderShipped' }),
    );
    const after = scene.message({ type: 'ordering.OrderShipped' });
    const before = await scene.consumer();
    await scene.publish(mixed);
    await before.close();

    const later = await scene.consumer({
      contracts: ['ordering.OrderPlaced', 'ordering.OrderShipped'],
      marks: before.marks,
    });
    await scene.publish([after]);
    await later.takeAll([after]);
    await later.takeMore();

    const placed = mixed.filter(({ type }) => type === 'ordering.OrderPlaced');
    assertInOrder(scene, later, [...placed, after]);
  },

  'of a contract that begins now, nothing comes that was published before': async (scene) => {
    const shipped = (): Envelope => scene.message({ type: 'ordering.OrderShipped' });
    await scene.publish([shipped(), ...scene.messages(2, 1), shipped()]);
    const contract = 'ordering.OrderShipped';
    const fields = {
      contracts: [contract],
      marks: [{ source: 'ordering', contract, epoch: '', position: FROM_NOW }],
    };

    const consumer = await scene.consumer(fields);
    await scene.within(SILENCE_MS, async (signal) => {
      await consumer.take(await consumer.inlet.receive({ limit: 9, signal }));
    });
    const [first, second] = [shipped(), shipped()];
    await scene.publish([first]);
    await consumer.takeAll([first]);
    await consumer.close();
    await scene.publish([second]);
    await consumer.open();
    await consumer.takeAll([second]);

    assert.deepEqual(consumer.firstIds(), ids([first, second]));
  },

  'a message that it never carries is refused by its id, and nothing of its key passes it': async (
    scene,
  ) => {
    const { bytesMax } = scene.subject;
    if (bytesMax === undefined) return scene.skip('it carries what a record can hold');
    const consumer = await scene.consumer();
    const large = scene.message({ key: 'a', data: JSON.stringify('x'.repeat(bytesMax)) });
    const [first, behind, other, later] = ['a', 'a', 'b', 'a'].map((key) => scene.message({ key }));
    assert.ok(first && behind && other && later);

    await assert.rejects(
      scene.publish([first, large, behind, other]),
      (error: MessageNotCarriedError) => {
        assert.equal(error.code, 'message-not-carried');
        assert.equal(error.messageId, large.id);
        return true;
      },
    );
    await scene.publish([first, other, later]);
    await consumer.takeAll([first, other, later]);
    await consumer.takeMore();

    assert.deepEqual(consumer.firstIds('a'), ids([first, later]));
  },
};

/** One at a time, with a pause after each: at least one, and then until nobody waits for it any more. */
async function takeSlowly(
  scene: Scene,
  consumer: TestConsumer,
  isDone: () => boolean,
): Promise<void> {
  do {
    await consumer.take(await consumer.receive(1));
    await scene.host.clock.sleep(5);
  } while (!isDone());
}
