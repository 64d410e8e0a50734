/**
 * The first start of a context may end anywhere, also when messages wait for it already; the next
 * one finds nothing that it would take for a past of its own.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import type { Store } from '../log/store.ts';
import { silent } from '../telemetry/logger.ts';
import { order, shop } from './fixtures/shop.ts';
import { start } from './fixtures/start.ts';
import { run } from './run.ts';

/** Messages would be taken in within so many turns. */
const TURNS = 200;

test('a first start that ends before the checkpoints are there can be made again', async (t) => {
  const store = memory();
  const [ordering, billing] = shop(async () => undefined);
  const contexts = [ordering, withoutStart(billing)];
  const first = await run(contexts, { store, only: ['ordering'], logger: silent });
  await first.handle(order, 'o-1', { type: 'PlaceOrder', data: { id: 'o-1' } });
  await first.stop();

  const cutShort = run(contexts, {
    store: endsAtFirstClaim(store),
    only: ['billing'],
    logger: silent,
  });

  await assert.rejects(cutShort, /it ended there/);
  store.crash('billing');
  const app = await start(t, contexts, { store });
  await app.settled();
  const stream = await (await store.reader('billing')).readStream('payment/o-1', { limit: 10 });
  assert.deepEqual(
    stream.map(({ type }) => type),
    ['PaymentRequested', 'PaymentCompleted'],
  );
});

/** None of its parts says where it starts, so that it may not be new on a log with a past. */
function withoutStart(context: BoundedContext): BoundedContext {
  const undecided = <Part extends { readonly options: object }>(part: Part): Part => ({
    ...part,
    options: { ...part.options, startFrom: undefined },
  });
  return {
    ...context,
    reactions: context.reactions.map(undecided),
    effects: context.effects.map(undecided),
  };
}

/** Gives whatever takes messages in the time to do so, and then ends. */
function endsAtFirstClaim(store: Store): Store {
  return {
    name: store.name,
    reader: (context) => store.reader(context),
    leaveRequests: (context, requests) => store.leaveRequests(context, requests),
    published: (context) => store.published(context),
    async open(context) {
      const log = await store.open(context);
      return {
        ...log,
        async claim() {
          for (let turn = 0; turn < TURNS && (await log.head()) === 0; turn += 1)
            await new Promise((resolve) => setImmediate(resolve));
          throw new Error('it ended there');
        },
      };
    },
  };
}
