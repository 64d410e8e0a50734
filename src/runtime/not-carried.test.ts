import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { aggregate } from '../aggregate/aggregate.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { publish } from '../context/publication.ts';
import { contract } from '../contract/contract.ts';
import type { Fact } from '../message/fact.ts';
import { whenever } from '../reaction/whenever.ts';
import { settledOrParked, start } from './fixtures/start.ts';
import { SettledParkedError } from './settled.ts';

type Said = Fact<'Said', { readonly who: string; readonly text: string }>;
const speaker = aggregate({
  name: 'speaker',
  initial: {},
  decide: (command: Fact<'Say', Said['data']>): readonly Said[] => [
    { type: 'Said', data: command.data },
  ],
  evolve: (state: object, _event: Said) => state,
});
const Heard = contract('speaking.Heard', {
  version: 1,
  schema: z.object({ who: z.string(), text: z.string() }),
  key: ({ who }) => who,
});
const speaking = boundedContext('speaking', {
  aggregates: [speaker],
  publishes: [publish(Heard, speaker, 'Said', ({ data }) => data)],
});
const by = { who: 'ann', why: 'mended' };
const LARGE = 'x'.repeat(2_000);

async function scene(t: TestContext) {
  const heard: string[] = [];
  const listening = boundedContext('listening', {
    reactions: [
      whenever('listen', Heard, ({ data }) => void heard.push(`${data.who}:${data.text.length}`)),
    ],
  });
  const parked: string[] = [];
  const app = await start(t, [speaking, listening], {
    backbone: memoryBackbone({ bytesMax: 1_000 }),
    onParked: ({ context, subscription, key }) => parked.push(`${context} ${subscription} ${key}`),
  });
  const say = (who: string, text: string) =>
    app.handle(
      speaker,
      who,
      { type: 'Say', data: { who, text } },
      { correlationId: `${who}-says` },
    );
  return { app, say, heard, parked };
}

test('a message that the backbone does not carry is parked for a person, and lets others pass', async (t) => {
  const { app, say, heard, parked } = await scene(t);
  await say('a', LARGE);
  await say('a', 'hi');
  await say('b', 'hello');

  await settledOrParked(app);

  assert.deepEqual(heard, ['b:5']);
  assert.deepEqual(parked, ['speaking relay a']);
  const [row] = await app.parked();
  assert.deepEqual(
    [row?.context, row?.subscription, row?.error?.code, row?.heldBehind],
    ['speaking', 'relay', 'message-not-carried', 1],
  );
  assert.equal((await app.health()).status, 'amber');
});

test('whoever waits for its action hears at once that it is parked', async (t) => {
  const { app, say } = await scene(t);
  await say('a', LARGE);
  const begun = performance.now();

  await assert.rejects(
    app.settled({ correlationId: 'a-says', timeoutMs: 60_000 }),
    SettledParkedError,
  );

  assert.ok(performance.now() - begun < 30_000);
});

test('redriven while it is too large it is parked again; discarded, what is behind it goes', async (t) => {
  const { app, say, heard } = await scene(t);
  await say('a', LARGE);
  await say('a', 'hi');
  await settledOrParked(app);

  const redriven = await app.redrive({ errorCode: 'message-not-carried' }, by);
  const discarded = await app.discard({ subscription: 'relay' }, by);
  await app.settled();

  assert.deepEqual([redriven.parkedAgain.length, discarded.length], [1, 1]);
  assert.deepEqual(heard, ['a:2']);
  assert.equal((await app.health()).status, 'green');
});
