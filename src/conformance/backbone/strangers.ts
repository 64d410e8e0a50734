import assert from 'node:assert/strict';
import { borderSubscription } from '../../backbone/border.ts';
import type { Log } from '../../log/log.ts';
import { PAYLOAD_CHARACTERS_MAX } from '../../message/payload.ts';
import type { StrangersMessage } from './backbone-subject.ts';
import { OrderPlaced, intakeOf } from './billing-intake.ts';
import type { Scenario, Scenarios, Scene } from './scene.ts';

const DATA = JSON.stringify({ orderId: 'o-1' });

type Said = Pick<StrangersMessage, 'body' | 'attributes'>;

/** What nobody can handle, in words: it must wait for a person, and hold back nobody. */
const STRANGE: Readonly<Record<string, Said>> = {
  'invalid JSON': { body: '{"orderId": ' },
  'an empty message': { body: '' },
  'bytes that are no text': { body: new Uint8Array([0xff, 0xfe, 0x00]) },
  'what its contract does not allow': { body: JSON.stringify({ orderId: 7 }) },
  'a version that is none': { body: DATA, attributes: { schemaversion: 'first' } },
  'a key longer than any': { body: JSON.stringify({ orderId: 'x'.repeat(2_000) }) },
  'more than a record can hold': {
    body: JSON.stringify({ orderId: 'o-1', note: 'x'.repeat(PAYLOAD_CHARACTERS_MAX) }),
  },
};

/** Messages of those who know nothing of us: they are taken in, or parked with a reason. */
export const strangers: Scenarios = {
  'a message of a stranger that says no more than its contract is taken in': (scene) =>
    beside(scene, async ({ send, log }) => {
      await send({ body: DATA });
      const [record] = await recordsIn(scene, log, 1);

      assert.deepEqual(JSON.parse(record?.data ?? ''), { orderId: 'o-1' });
      assert.equal(record?.key, 'o-1');
    }),

  'a CloudEvent of a stranger is taken in by its own id, once': (scene) =>
    beside(scene, async ({ send, log }) => {
      const attributes = {
        id: 'theirs',
        source: '/legacy',
        specversion: '1.0',
        type: OrderPlaced.name,
        time: '2026-05-01T10:00:00Z',
      };
      await send({ body: DATA, attributes });
      await send({ body: DATA, attributes });
      await scene.publish([scene.message()]);
      const records = await recordsIn(scene, log, 2);

      const theirs = records.filter(({ id }) => id === 'theirs');
      assert.equal(records.length, 2);
      assert.equal(theirs[0]?.occurredAt, Date.parse(attributes.time));
    }),

  'a newer version of a stranger is taken in where it fits, and else parked until a release knows it':
    (scene) =>
      beside(scene, async ({ send, log, parked }) => {
        await send({ body: JSON.stringify({ order: 'o-1' }), attributes: { schemaversion: '2' } });
        await send({
          body: JSON.stringify({ orderId: 'o-2', more: true }),
          attributes: { schemaversion: '2' },
        });
        const [record] = await recordsIn(scene, log, 1);
        await scene.until('one to be parked', async () => (await parked()).length === 1);

        assert.deepEqual([record?.key, record?.schemaVersion], ['o-2', 2]);
      }),

  ...Object.fromEntries(
    Object.entries(STRANGE).map(([what, said]): [string, Scenario] => [
      `${what} of a stranger is parked with a reason, and blocks nobody`,
      (scene) => isParked(scene, said),
    ]),
  ),
};

function isParked(scene: Scene, said: Said): Promise<void> {
  return beside(scene, async ({ send, log, parked }) => {
    const ours = scene.message({ key: 'o-1', data: DATA });
    await send(said);
    await scene.publish([ours]);

    const records = await recordsIn(scene, log, 1);
    await scene.until('it to be parked', async () => (await parked()).length === 1);

    assert.deepEqual(
      records.map(({ id }) => id),
      [ours.id],
    );
    const [row] = await parked();
    assert.ok((row?.error?.message ?? '').length > 10);
  });
}

interface Beside {
  readonly send: (said: Said) => Promise<void>;
  readonly log: Log;
  readonly parked: () => ReturnType<Log['waiting']>;
}

/** With an intake at work, and a stranger who publishes where it listens. */
async function beside(scene: Scene, work: (beside: Beside) => Promise<void>): Promise<void> {
  const { stranger } = scene.subject;
  if (stranger === undefined) return scene.skip('no stranger can reach it');
  const log = await scene.log('billing');
  const subscription = borderSubscription('ordering');
  await scene.make();
  // Whoever publishes first makes what it publishes into.
  await scene.publish([scene.message({ type: 'ordering.Opened' })]);
  const intake = intakeOf(scene, log);
  await intake.start();
  try {
    await work({
      send: (said) => stranger({ publisher: 'ordering', contract: OrderPlaced.name, ...said }),
      log,
      parked: () => log.waiting({ subscription, kinds: ['parked'], limit: 10 }),
    });
  } finally {
    await intake.stop();
  }
}

async function recordsIn(scene: Scene, log: Log, count: number) {
  const read = () => log.read({ after: 0, limit: 100, directions: ['incoming'] });
  await scene.until(`${count} to be taken in`, async () => (await read()).length >= count);
  return read();
}
