import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBackbone } from '../adapters/memory/memory-backbone.ts';
import { memory } from '../adapters/memory/memory-store.ts';
import { testBackbone } from '../conformance/backbone.ts';
import { listening, ordering, OrderPlaced } from '../runtime/fixtures/heard-ordering.ts';
import { rejection, start } from '../runtime/fixtures/start.ts';
import type { Backbone } from './backbone.ts';
import { embedded } from './log-to-log.ts';
import { RouteUnknownError, routes } from './routes.ts';

testBackbone('routes', {
  open: async () => ({
    backbone: routes(embedded(), { ordering: memoryBackbone() }),
    store: memory(),
    close: async () => undefined,
  }),
});

test('what a context publishes goes by its route, and all else by the other one', async (t) => {
  const heard: string[] = [];
  const handed: string[] = [];
  const broker = told(memoryBackbone(), handed);
  const app = await start(t, [ordering, listening((orderId) => void heard.push(orderId))], {
    backbone: routes(embedded(), { ordering: broker }),
  });

  await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId: 'o-1' }));
  await app.settled();

  assert.deepEqual(heard, ['o-1']);
  assert.deepEqual(handed, ['outlet of ordering', 'inlet of ordering']);
});

test('a backbone of two routes is started once, and all are closed when one fails to', async () => {
  const steps: string[] = [];
  const shared = steppedBackbone('shared', steps);
  const other = steppedBackbone('other', steps, true);
  const backbone = routes(other, { ordering: shared, billing: shared });

  await backbone.start({ clock: {} as never, published: () => assert.fail() });
  await assert.rejects(backbone.close(), /other cannot/);

  assert.deepEqual(steps, ['start other', 'start shared', 'close other', 'close shared']);
});

test('it promises what all of them do', () => {
  const both = routes(embedded(), { ordering: memoryBackbone() });
  assert.equal(both.name, 'embedded and memory');
  assert.deepEqual(both.capabilities, {
    order: memoryBackbone().capabilities.order,
    replay: memoryBackbone().capabilities.replay,
    confirmed: 'written',
  });
  assert.equal(both.for?.('billing').name, 'embedded');
});

test('a route for a context that nobody knows is told at the start', async (t) => {
  const backbone = routes(embedded(), { oredring: memoryBackbone() });

  const error = await rejection(
    start(t, [ordering, listening(() => undefined)], { backbone }),
    RouteUnknownError,
  );

  assert.match(error.message, /"oredring".*Known are: ordering, listening\./);
});

function told(inner: Backbone, steps: string[]): Backbone {
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    start: (surroundings) => inner.start(surroundings),
    outlet: (publisher) => {
      steps.push(`outlet of ${publisher}`);
      return inner.outlet(publisher);
    },
    inlet: (consumer) => {
      steps.push(`inlet of ${consumer.source}`);
      return inner.inlet(consumer);
    },
    close: () => inner.close(),
  };
}

function steppedBackbone(name: string, steps: string[], fails = false): Backbone {
  return {
    name,
    capabilities: { order: 'key', replay: true },
    start: async () => void steps.push(`start ${name}`),
    outlet: async () => undefined,
    inlet: async () => assert.fail(),
    close: async () => {
      steps.push(`close ${name}`);
      if (fails) assert.fail(`${name} cannot`);
    },
  };
}
