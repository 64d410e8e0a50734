import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { PayloadTooLargeError } from '../message/payload.ts';
import { whenever } from '../reaction/whenever.ts';
import { rejection, start } from './fixtures/start.ts';

const Drawn = contract('a.Drawn', {
  version: 1,
  schema: z.object({ picture: z.string() }),
  key: () => 'one',
});
const painter = boundedContext('a', { publishes: [Drawn] });

test('what may be published may be taken in: the bound given to run holds for both', async (t) => {
  const seen: number[] = [];
  const gallery = boundedContext('b', {
    reactions: [whenever('look', Drawn, ({ data }) => void seen.push(data.picture.length))],
  });
  const app = await start(t, [painter, gallery], { payloadCharactersMax: 3_000_000 });

  const publish = (length: number) =>
    app.transaction(painter, (tx) => tx.publish(Drawn, { picture: 'x'.repeat(length) }));
  await publish(2_000_000);
  await app.settled();

  assert.deepEqual(seen, [2_000_000]);
  await rejection(publish(3_000_000), PayloadTooLargeError);
});
