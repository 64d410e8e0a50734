import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import type { Membership } from '../../log/membership.ts';
import { commit, committed, fact } from './samples.ts';
import type { Scenario, Scenarios } from './scenario.ts';

/** Several processes on one log, where a store lets them. */
export const sharing: Scenarios = {
  'two who have a log open write to it side by side, and see each other': shared(
    async ({ store, log }) => {
      const other = await store.open('ordering');

      await committed(log, { records: [fact('o-1', 1)] });
      await committed(other, { records: [fact('o-1', 2)] });

      const late = await commit(log, {
        expects: [{ stream: 'o-1', version: 1 }],
        records: [fact('o-1', 2)],
      });
      assert.deepEqual(late, { kind: 'conflict', stream: 'o-1', expected: 1, actual: 2 });
      assert.equal(await log.head(), 2);
      assert.equal(other.epoch, log.epoch);
    },
  ),

  'who joins is seen by the others, with what it knows, the oldest first': shared(
    async ({ store, log }) => {
      const [one, two] = [membersOf(log), membersOf(await store.open('ordering'))];
      const seen: number[] = [];
      await one.join(
        { id: 'a', knows: { s: 'f' } },
        async (others) => void seen.push(others.length),
      );
      await two.join({ id: 'b', knows: { s: 'g', t: '' } }, async (others) => {
        seen.push(others.length);
      });

      const members = await one.beat('a', {});

      assert.deepEqual(seen, [0, 1]);
      assert.deepEqual(members, [
        { id: 'a', knows: { s: 'f' }, holds: {} },
        { id: 'b', knows: { s: 'g', t: '' }, holds: {} },
      ]);
      assert.deepEqual(await two.beat('b', {}), members);
    },
  ),

  'what a member works on is seen by the others, who are told when it changes': shared(
    async ({ store, log }) => {
      const [one, two] = [membersOf(log), membersOf(await store.open('ordering'))];
      await one.join({ id: 'a', knows: {} }, async () => undefined);
      await two.join({ id: 'b', knows: {} }, async () => undefined);
      await two.beat('b', {});
      const told = new Promise<void>((resolve) => two.onChange(resolve));

      await one.beat('a', { s: [0, 127] });

      await told;
      const members = await two.beat('b', {});
      assert.deepEqual(members?.[0]?.holds, { s: [0, 127] });
    },
  ),

  'who leaves is gone, and the others are told': shared(async ({ store, log }) => {
    const [one, two] = [membersOf(log), membersOf(await store.open('ordering'))];
    await one.join({ id: 'a', knows: {} }, async () => undefined);
    await two.join({ id: 'b', knows: {} }, async () => undefined);
    const told = new Promise<void>((resolve) => two.onChange(resolve));

    await one.leave('a');

    await told;
    assert.deepEqual(
      (await two.beat('b', {}))?.map(({ id }) => id),
      ['b'],
    );
    assert.equal(await one.beat('a', {}), undefined);
  }),

  'one sets up at a time, and one that fails at it is none of them': shared(
    async ({ store, log }) => {
      const [one, two] = [membersOf(log), membersOf(await store.open('ordering'))];
      const steps: string[] = [];
      const begun = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const failing = one.join({ id: 'a', knows: {} }, async () => {
        begun.resolve();
        await end.promise;
        steps.push('a');
        throw new RangeError('no table');
      });
      await begun.promise;
      const joining = two.join({ id: 'b', knows: {} }, async (others) => {
        steps.push(`b after ${others.length}`);
      });
      end.resolve();

      await assert.rejects(failing, RangeError);
      await joining;

      assert.deepEqual(steps, ['a', 'b after 0']);
      assert.equal((await two.beat('b', {}))?.length, 1);
    },
  ),

  'nobody joins while that is ruled out, and who is just joining is not waited for': shared(
    async ({ store, log }) => {
      const [one, two] = [membersOf(log), membersOf(await store.open('ordering'))];
      await one.join({ id: 'a', knows: { s: 'f' } }, async () => undefined);
      const steps: string[] = [];
      let joining: Promise<void> | undefined;

      const seen = await one.whileNobodyJoins(async (members) => {
        joining = two.join({ id: 'b', knows: {} }, async () => void steps.push('b sets up'));
        await new Promise((resolve) => setTimeout(resolve, 50));
        steps.push('over');
        return members;
      });
      await joining;
      let whileJoining: unknown = 'not asked';
      await two.join({ id: 'c', knows: {} }, async () => {
        whileJoining = await one.whileNobodyJoins(async () => 'done');
      });

      assert.deepEqual(seen, [{ id: 'a', knows: { s: 'f' }, holds: {} }]);
      assert.deepEqual(steps, ['over', 'b sets up']);
      assert.equal(whileJoining, undefined);
      assert.equal(await one.whileNobodyJoins(async (members) => members.length), 3);
    },
  ),
};

/** A store whose logs have one owner shares nothing. */
function shared(scenario: Scenario): Scenario {
  return async (scene) => {
    if (scene.log.membership === undefined) return scene.skip('its logs have one owner');
    return scenario(scene);
  };
}

function membersOf(log: Log): Membership {
  assert.ok(log.membership);
  return log.membership;
}
