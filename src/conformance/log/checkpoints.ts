import assert from 'node:assert/strict';
import { RangesApartError } from '../../log/claim-slots.ts';
import type { Claim, LogReader } from '../../log/log.ts';
import type { Checkpoint } from '../../log/write-set.ts';
import { claimAll, commit, committed, fact } from './samples.ts';
import type { Scenarios } from './scenario.ts';

/** Checkpoints: claimed by one owner at a time, moved by compare-and-set, fenced otherwise. */
export const checkpoints: Scenarios = {
  'a claim creates the checkpoint of a range where it is told to begin': async ({ log }) => {
    const claimed = await log.claim({ ...claim, position: 12 });

    const expected = { ...claim, position: 12, epoch: 1 };
    assert.deepEqual(claimed, [expected]);
    assert.deepEqual(await log.checkpoints(), [expected]);
  },

  'another claim raises the epoch and keeps the position': async ({ log }) => {
    await log.claim({ ...claim, position: 12 });

    const again = await log.claim({ ...claim, owner: 'b', fingerprint: 'g', position: 99 });

    const expected = { ...claim, owner: 'b', fingerprint: 'g', position: 12, epoch: 2 };
    assert.deepEqual(again, [expected]);
    assert.deepEqual(await log.checkpoints(), [expected]);
  },

  'the owner of a range moves its checkpoint': async ({ log }) => {
    const epoch = await claimAll(log, 's');

    await committed(log, { moves: [{ ...range, epoch, from: 0, to: 10 }] });
    await committed(log, { moves: [{ ...range, epoch, from: 10, to: 11 }] });

    assert.equal((await log.checkpoints())[0]?.position, 11);
  },

  'several moves of one range in one call follow each other': async ({ log }) => {
    const epoch = await claimAll(log, 's');

    const outcomes = await log.commit([
      { moves: [{ ...range, epoch, from: 0, to: 10 }] },
      { fences: [{ ...range, epoch }] },
      { moves: [{ ...range, epoch, from: 10, to: 20 }] },
      { moves: [{ ...range, epoch, from: 10, to: 30 }] },
    ]);

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['committed', 'committed', 'committed', 'fenced'],
    );
    assert.equal((await log.checkpoints())[0]?.position, 20);
  },

  'a move from where the checkpoint does not stand is fenced': async ({ log }) => {
    const epoch = await claimAll(log, 's', 5);

    const behind = await commit(log, { moves: [{ ...range, epoch, from: 4, to: 10 }] });
    const ahead = await commit(log, { moves: [{ ...range, epoch, from: 6, to: 10 }] });

    assert.deepEqual(behind, { kind: 'fenced', ...range });
    assert.deepEqual(ahead, { kind: 'fenced', ...range });
    assert.equal((await log.checkpoints())[0]?.position, 5);
  },

  'a move from where it stands to the same place changes nothing but is checked': async ({
    log,
  }) => {
    const epoch = await claimAll(log, 's', 5);

    const holding = await commit(log, { moves: [{ ...range, epoch, from: 5, to: 5 }] });
    const elsewhere = await commit(log, { moves: [{ ...range, epoch, from: 6, to: 6 }] });
    await claimAll(log, 's');
    const lost = await commit(log, { moves: [{ ...range, epoch, from: 5, to: 5 }] });

    assert.equal(holding.kind, 'committed');
    assert.equal(elsewhere.kind, 'fenced');
    assert.equal(lost.kind, 'fenced');
    assert.equal((await log.checkpoints())[0]?.position, 5);
  },

  'whoever held a range before another claim is fenced, with all that it wanted': async ({
    log,
  }) => {
    const first = await claimAll(log, 's');
    const second = await claimAll(log, 's');

    const lost = await commit(log, {
      records: [fact('o-1', 1)],
      moves: [{ ...range, epoch: first, from: 0, to: 10 }],
    });
    const held = await commit(log, {
      records: [fact('o-2', 1)],
      moves: [{ ...range, epoch: second, from: 0, to: 10 }],
    });

    assert.deepEqual(lost, { kind: 'fenced', ...range });
    assert.equal(held.kind, 'committed');
    assert.equal(await log.streamVersion('o-1'), 0);
    assert.equal(await log.streamVersion('o-2'), 1);
  },

  'two owners that take a range from each other never both move it': async ({ log }) => {
    let moved = 0;
    const own = async (): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        const [{ epoch, position }] = (await log.claim({ ...claim, position: 0 })) as [Checkpoint];
        for (let step = 0; step < 5; step += 1) {
          const from = position + step;
          const move = { ...range, epoch, from, to: from + 1 };
          const outcome = await commit(log, { moves: [move], records: [fact(`o-${from}`, 1)] });
          // The other one has the range, and may have written this very step already.
          if (outcome.kind === 'fenced' || outcome.kind === 'conflict') break;
          assert.equal(outcome.kind, 'committed');
          moved += 1;
        }
      }
    };

    await Promise.all([own(), own()]);

    const [checkpoint] = await log.checkpoints();
    assert.equal(checkpoint?.epoch, 20);
    assert.equal(checkpoint?.position, moved);
    assert.equal(await log.head(), moved);
  },

  'a fence holds wherever the checkpoint stands, and only under the latest claim': async ({
    log,
  }) => {
    const first = await claimAll(log, 's', 40);

    const held = await commit(log, { fences: [{ ...range, epoch: first }] });
    const second = await claimAll(log, 's');
    const lost = await commit(log, { fences: [{ ...range, epoch: first }] });
    const future = await commit(log, { fences: [{ ...range, epoch: second + 1 }] });

    assert.equal(held.kind, 'committed');
    assert.deepEqual(lost, { kind: 'fenced', ...range });
    assert.deepEqual(future, { kind: 'fenced', ...range });
  },

  'a range that nobody claimed can be neither moved nor held': async ({ log }) => {
    await claimAll(log, 's');
    const moved = { subscription: 'another', firstSlot: 0, epoch: 1 };
    const held = { subscription: 's', firstSlot: 128, epoch: 1 };

    const move = await commit(log, { moves: [{ ...moved, from: 0, to: 1 }] });
    const fence = await commit(log, { fences: [held] });

    assert.deepEqual(move, { kind: 'fenced', subscription: 'another', firstSlot: 0 });
    assert.deepEqual(fence, { kind: 'fenced', subscription: 's', firstSlot: 128 });
    assert.equal((await log.checkpoints()).length, 1);
  },

  'a range that is claimed in part is split, both parts stand where it stood, and its owner is fenced':
    async ({ log }) => {
      const epoch = await claimAll(log, 's', 5);

      const high = await log.claim({ ...claim, firstSlot: 128, owner: 'b', position: 99 });

      assert.deepEqual(await rangesOf(log), [
        [0, 127, 5, 'process-1'],
        [128, 255, 5, 'b'],
      ]);
      const lost = await commit(log, { moves: [{ ...range, epoch, from: 5, to: 6 }] });
      assert.equal(lost.kind, 'fenced');
      const held = high.map(({ firstSlot, epoch: own }) => ({ ...range, firstSlot, epoch: own }));
      assert.equal((await commit(log, { fences: held })).kind, 'committed');
    },

  'ranges are moved apart from each other, and so are subscriptions': async ({ log }) => {
    const [low] = await log.claim({ ...claim, lastSlot: 127, position: 0 });
    const [high] = await log.claim({ ...claim, firstSlot: 128, position: 0 });
    await log.claim({ ...claim, subscription: 'r', position: 7 });

    await committed(log, {
      moves: [{ ...range, epoch: low?.epoch ?? 0, from: 0, to: 9 }],
    });
    await log.claim({ ...claim, firstSlot: 128, position: 0 });
    const lost = await commit(log, {
      moves: [
        { ...range, epoch: low?.epoch ?? 0, from: 9, to: 10 },
        { ...range, firstSlot: 128, epoch: high?.epoch ?? 0, from: 0, to: 10 },
      ],
    });

    assert.deepEqual(lost, { kind: 'fenced', subscription: 's', firstSlot: 128 });
    assert.deepEqual(
      (await log.checkpoints()).map((each) => [each.subscription, each.firstSlot, each.position]),
      [
        ['r', 0, 7],
        ['s', 0, 9],
        ['s', 128, 0],
      ],
    );
  },

  'ranges that stand at one position are merged when both are claimed, others stay two': async ({
    log,
  }) => {
    const parts = [0, 64, 128, 192].map((firstSlot) => ({ firstSlot, lastSlot: firstSlot + 63 }));
    for (const part of parts) await log.claim({ ...claim, ...part, position: 0 });
    const second = (await log.checkpoints())[1];
    const move = { ...range, firstSlot: 64, epoch: second?.epoch ?? 0, from: 0, to: 3 };
    await committed(log, { moves: [move] });

    const claimed = await log.claim({ ...claim, position: 0 });

    const ranges = claimed.map((each) => [each.firstSlot, each.lastSlot, each.position]);
    assert.deepEqual(ranges, [
      [0, 63, 0],
      [64, 127, 3],
      [128, 255, 0],
    ]);
    assert.deepEqual(await log.checkpoints(), claimed);
  },

  'whoever held a slot before is fenced, whatever was split and merged between': async ({
    log,
  }) => {
    const [early] = await log.claim({ ...claim, firstSlot: 128, position: 0 });
    await log.claim({ ...claim, position: 0 });
    await log.claim({ ...claim, firstSlot: 128, owner: 'b', position: 0 });

    const lost = await commit(log, {
      fences: [{ ...range, firstSlot: 128, epoch: early?.epoch ?? 0 }],
    });

    assert.equal(lost.kind, 'fenced');
  },

  'another dealing begins where all ranges stand at one position, and fences all': async ({
    log,
  }) => {
    const [low] = (await log.claim({ ...claim, lastSlot: 127, position: 0 })) as [Checkpoint];
    const [high] = (await log.claim({ ...claim, firstSlot: 128, position: 0 })) as [Checkpoint];
    const other = { ...claim, lastSlot: 127, fingerprint: 'g', position: 0 };
    await committed(log, { moves: [{ ...range, epoch: low.epoch, from: 0, to: 4 }] });

    await assert.rejects(log.claim(other), { name: RangesApartError.name, subscription: 's' });
    const move = { ...range, firstSlot: 128, epoch: high.epoch };
    await committed(log, { moves: [{ ...move, from: 0, to: 4 }] });
    await log.claim(other);

    const lost = await commit(log, { moves: [{ ...move, from: 4, to: 5 }] });
    assert.deepEqual(lost, { kind: 'fenced', subscription: 's', firstSlot: 128 });
    const fingerprints = (await log.checkpoints()).map(({ fingerprint }) => fingerprint);
    assert.deepEqual(fingerprints, ['g', 'g']);
  },
};

async function rangesOf(log: LogReader) {
  return (await log.checkpoints()).map((each) => [
    each.firstSlot,
    each.lastSlot,
    each.position,
    each.owner,
  ]);
}

const range = { subscription: 's', firstSlot: 0 };
const claim: Omit<Claim, 'position'> = { ...range, lastSlot: 255, owner: 'a', fingerprint: 'f' };
