import assert from 'node:assert/strict';
import { ids, type Scenarios } from './scene.ts';

/** What only the servers themselves can answer: what they hold, when somebody was told that they do. */
export const keeping: Scenarios = {
  'what was confirmed is held by the servers, before anybody asks for it': async (scene) => {
    const { held } = scene.subject;
    if (held === undefined) return scene.skip('it has no servers that hold anything');
    await scene.make();
    const messages = scene.messages(50, 5);

    await scene.publish(messages);
    await scene.until('50 to be held', async () => (await held('ordering', 'billing')) >= 50);
    const consumer = await scene.consumer();
    await consumer.takeAll(messages);
    await consumer.close();

    assert.deepEqual(consumer.firstIds().toSorted(), ids(messages).toSorted());
  },
};
