import assert from 'node:assert/strict';
import type { Log } from '../../log/log.ts';
import { RecordsDroppedError } from '../../log/retention.ts';
import { claimAll, committed, fact, incoming, outgoing, waitingRow } from './samples.ts';
import type { Scenario, Scenarios, Scene } from './scenario.ts';

const SUBSCRIPTION = 'confirm when paid';
const ROUNDS = 20;
const A_ROUND = 10;

/** Messages that are not to be kept for ever, and who still needs them. */
export const retention: Scenarios = {
  'messages that everybody is done with are dropped, facts never are, and the log stays as long':
    retaining(async ({ log, retain }) => {
      const epoch = await claimAll(log, SUBSCRIPTION);
      await fill(log, retain);
      const head = await log.head();
      const moves = [{ subscription: SUBSCRIPTION, firstSlot: 0, epoch, from: 0, to: head }];
      await committed(log, { moves });

      const dropped = await until(retain);

      const left = await log.read({ after: 0, limit: 10_000 });
      for (const direction of ['outgoing', 'incoming'] as const) {
        const upTo = Math.max(
          ...dropped.map((each) => (each.direction === direction ? each.upTo : 0)),
        );
        const positions = left.filter((each) => each.direction === direction);
        assert.ok(upTo > 0, direction);
        assert.ok(positions.length > 0, direction);
        assert.ok(positions.every(({ position }) => position > upTo));
        const last = (await log.dropped?.())?.find((each) => each.direction === direction);
        assert.equal(last?.position, upTo);
      }
      assert.equal(left.filter(({ direction }) => direction === 'domain').length, ROUNDS);
      assert.equal(await log.head(), head);
      assert.equal(left.at(-1)?.position, head);
      const ids = left.map(({ id }) => id);
      assert.equal((await log.recordsById(ids)).length, ids.length);
    }),

  'nothing that lies above a checkpoint is dropped': retaining(async ({ log, retain }) => {
    const epoch = await claimAll(log, SUBSCRIPTION);
    await fill(log, retain);
    const to = Math.floor((await log.head()) / 2);
    const moves = [{ subscription: SUBSCRIPTION, firstSlot: 0, epoch, from: 0, to }];
    const before = await log.read({ after: to, limit: 10_000 });
    await committed(log, { moves });

    await until(retain);
    const { kept } = await retain();

    assert.deepEqual(await log.read({ after: to, limit: 10_000 }), before);
    assert.ok(kept.every(({ upTo, position }) => position === to && upTo > to));
    assert.ok(kept.every(({ neededBy }) => neededBy.includes(SUBSCRIPTION)));
    assert.deepEqual(kept.map(({ direction }) => direction).toSorted(), ['incoming', 'outgoing']);
  }),

  'nothing that waits is dropped, nor anything after it': retaining(async ({ log, retain }) => {
    const [position = 0] = await committed(log, {
      records: [outgoing(), incoming('billing', 'm')],
    });
    await committed(log, { waiting: [waitingRow({ kind: 'parked', position })] });
    await fill(log, retain);
    const before = await log.read({ after: 0, limit: 10_000 });

    const { dropped, kept } = await retain();

    assert.deepEqual(dropped, []);
    assert.ok(kept.some(({ neededBy }) => neededBy.includes('parked')));
    assert.deepEqual(await log.read({ after: 0, limit: 10_000 }), before);
  }),

  'nothing is dropped that another context has not taken in, as far as it is in the same store':
    retaining(async ({ store, log, retain }) => {
      const billing = await store.open('billing');
      const mark = { source: 'ordering', contract: 'ordering.OrderPlaced', epoch: log.epoch };
      await committed(billing, { marks: [{ ...mark, position: 50 }] });
      await fill(log, retain);
      const view = await store.published('ordering');
      const read = () => view.read({ after: 50, types: [mark.contract], limit: 10_000 });
      const before = await read();

      await until(retain);

      assert.deepEqual(await read(), before);
      await committed(billing, { marks: [{ ...mark, position: await log.head() }] });
      const dropped = await until(retain);
      assert.ok(dropped.some(({ direction, upTo }) => direction === 'outgoing' && upTo > 50));
    }),

  'who stands before what was dropped is told, and who begins anew gets what is left': retaining(
    async ({ store, log, retain }) => {
      await fill(log, retain);
      await until(retain);
      const view = await store.published('ordering');
      const types = ['ordering.OrderPlaced'];
      const read = (after: number, of = types) => view.read({ after, types: of, limit: 10 });
      const last = (await view.dropped?.())?.find(({ type }) => types.includes(type));

      await assert.rejects(read(1), { name: RecordsDroppedError.name, position: 1 });
      await assert.rejects(read((last?.position ?? 0) - 1), { code: 'records-dropped' });

      const left = await read(0);
      assert.ok(left.length > 0);
      assert.deepEqual(await read(last?.position ?? 0), left);
      assert.deepEqual(await read(1, ['nothing.WasPublished']), []);
    },
  ),
};

interface Retaining extends Scene {
  readonly retain: NonNullable<Log['retain']>;
}

/** A store that keeps everything has nothing to show. */
function retaining(scenario: (scene: Retaining) => Promise<void>): Scenario {
  return async (scene) => {
    const retain = scene.log.retain?.bind(scene.log);
    if (retain === undefined)
      return scene.skip('this store, as it is given here, keeps everything');
    await scenario({ ...scene, retain });
  };
}

/** Whoever makes room ahead must be asked now and then while there comes more. */
async function fill(log: Log, retain: Retaining['retain']): Promise<void> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    await retain();
    const records = Array.from({ length: A_ROUND }, (_, index) => [
      outgoing(),
      incoming('billing', `m-${round}-${index}`),
    ]);
    await committed(log, { records: [...records.flat(), fact('order-1', round)] });
  }
}

/** Asks until there is nothing more to drop, and answers with all that was. */
async function until(retain: Retaining['retain']) {
  const all = [];
  for (;;) {
    const { dropped } = await retain();
    if (dropped.length === 0) return all;
    all.push(...dropped);
  }
}
