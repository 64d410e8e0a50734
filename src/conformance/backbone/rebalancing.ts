import { assertInOrder } from './in-order.ts';
import type { Scenarios } from './scene.ts';

/** What a consumer is given when another process of its context takes its place. */
export const rebalancing: Scenarios = {
  'a consumer that goes on in another process is given everything in order, while others go on':
    async (scene) => {
      const { another } = scene.subject;
      if (another === undefined) return scene.skip('no second one can be connected');
      const moving = await scene.consumer({ consumer: 'billing' });
      const staying = await scene.consumer({ consumer: 'inventory' });
      const messages = scene.messages(600, 7);
      await scene.publish(messages.slice(0, 100));
      await moving.take(await moving.receive(20));
      // In hand, and never acknowledged.
      await moving.receive(20);

      const publishing = async (): Promise<void> => {
        for (let from = 100; from < 600; from += 20)
          await scene.publish(messages.slice(from, from + 20));
      };
      const goingOn = async (): Promise<void> => {
        await moving.close();
        await moving.open(await scene.startBeside(another()));
        await moving.takeAll(messages, 16);
      };
      await Promise.all([publishing(), goingOn(), staying.takeAll(messages)]);

      assertInOrder(scene, moving, messages);
      assertInOrder(scene, staying, messages);
    },
};
