import assert from 'node:assert/strict';
import { OtherProcess } from './elsewhere.ts';
import { assertInOrder } from './in-order.ts';
import type { Scenarios } from './scene.ts';

/** In how many lives each is killed before it may come to an end. */
const KILLS = 2;

/** At least once, when a process ends between two lines of its program. */
export const killed: Scenarios = {
  'what a killed consumer had kept and not acknowledged is enough to go on: nothing is missing':
    async (scene) => {
      const { elsewhere } = scene.subject;
      if (elsewhere === undefined) return scene.skip('no other process can reach it');
      await scene.make();
      const messages = scene.messages(600, 7);
      await scene.publish(messages);
      const consumer = scene.consumerAway();

      for (let life = 0; life < KILLS; life += 1) {
        const task = { kind: 'take', consumer: consumer.asKnown, limit: 20, ...elsewhere } as const;
        const other = new OtherProcess(scene, task);
        consumer.keep(await other.next('delivered'));
        other.sayKept();
        consumer.keep(await other.next('delivered'));
        await other.kill();
      }
      await consumer.open();
      await consumer.takeAll(messages);

      assertInOrder(scene, consumer, messages);
    },

  'what a killed publisher had no confirmation of is handed over by the next one: nothing is missing':
    async (scene) => {
      const { elsewhere } = scene.subject;
      if (elsewhere === undefined) return scene.skip('no other process can reach it');
      const consumer = await scene.consumer();
      const messages = scene.messages(1_000, 7);
      const confirmed = new Set<string>();
      const batches = (size: number): readonly (typeof messages)[] => {
        const left = messages.filter(({ id }) => !confirmed.has(id));
        return left.flatMap((_, from) =>
          from % size === 0 ? [left.slice(from, from + size)] : [],
        );
      };

      for (let life = 0; life < KILLS; life += 1) {
        const task = { kind: 'publish', publisher: 'ordering', ...elsewhere } as const;
        const other = new OtherProcess(scene, { ...task, batches: batches(20) });
        for (let batch = 0; batch < 3; batch += 1)
          for (const id of (await other.next('confirmed')).ids) confirmed.add(id);
        // It is handing over the next ones by now.
        await other.kill();
      }
      assert.equal(confirmed.size, KILLS * 60);
      for (const batch of batches(200)) await scene.publish(batch);
      await consumer.takeAll(messages);

      assertInOrder(scene, consumer, messages);
    },
};
