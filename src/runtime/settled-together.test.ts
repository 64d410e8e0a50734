/** Processes that run a context each find out together that nothing is left to do in any of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { whenever } from '../reaction/whenever.ts';
import type { Application } from './application.ts';
import { rejection, start } from './fixtures/start.ts';
import { NotSettledError } from './settled.ts';

const contractNamed = (name: string) =>
  contract(name, { version: 1, schema: z.object({ hops: z.number() }), key: () => 'ball' });
const Ping = contractNamed('left.Ping');
const Pong = contractNamed('right.Pong');

test('what settled after all that the others have published has settled together with them', async (t) => {
  const { left, right, hops, serve } = await players(t);

  await serve(20);
  await settledTogether([left, right]);

  assert.equal(hops.count, 20);
});

test('what a token of another process stands for is waited for', async (t) => {
  const { left, right, hops, serve } = await players(t);

  const token = await serve(1);
  await right.settled({ after: [token] });

  assert.equal(hops.count, 1);
  const nothing = await right.settled({ after: [token] });
  assert.deepEqual(Object.keys(nothing.published), ['right.Pong']);
  assert.deepEqual(Object.keys(nothing.heads), ['right']);
  await left.settled();
});

test('what another process has not done yet is named when it takes too long', async (t) => {
  const { right, serve } = await players(t);

  const [context, epoch, position] = (await serve(1)).split(':');
  const ahead = `${context}:${epoch}:${Number(position) + 1_000}`;
  const own = Object.values((await right.settled()).heads)[0]?.replace(/\d+$/, '1000000') ?? '';

  for (const after of [[own], [ahead.replace(/:.*:/, ':another-epoch:')]]) {
    const error = await rejection(right.settled({ after, timeoutMs: 50 }), NotSettledError);
    assert.match(error.message, new RegExp(`nothing came of what ${after[0]} tell of`));
  }
});

/** Each is asked again when others have published since, until nobody has. */
async function settledTogether(apps: readonly Application[]): Promise<void> {
  const known = new Map<Application, { after: string; published: readonly string[] }>();
  for (let isNews = true; isNews;) {
    isNews = false;
    for (const app of apps) {
      const others = apps.filter((other) => other !== app);
      const after = others.flatMap((other) => known.get(other)?.published ?? []);
      if (known.get(app)?.after === after.join()) continue;
      const { published } = await app.settled({ after });
      known.set(app, { after: after.join(), published: Object.values(published) });
      isNews = true;
    }
  }
}

async function players(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-together-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const hops = { count: 0 };
  const left = boundedContext('left', {
    publishes: [Ping],
    reactions: [
      whenever('strike', Pong, ({ data }, { publish }) => {
        hops.count += 1;
        if (data.hops > 0) publish(Ping, { hops: data.hops - 1 });
      }),
    ],
  });
  const right = boundedContext('right', {
    publishes: [Pong],
    reactions: [
      whenever('strike back', Ping, ({ data }, { publish }) => {
        hops.count += 1;
        if (data.hops > 0) publish(Pong, { hops: data.hops - 1 });
      }),
    ],
  });
  const store = (): ReturnType<typeof sqlite> => sqlite(directory, { durability: 'normal' });
  const apps = {
    left: await start(t, [left, right], { store: store(), only: ['left'] }),
    right: await start(t, [left, right], { store: store(), only: ['right'] }),
  };
  const serve = async (count: number): Promise<string> => {
    const { token } = await apps.left.transaction(left, (tx) =>
      tx.publish(Ping, { hops: count - 1 }),
    );
    return token;
  };
  return { ...apps, hops, serve };
}
