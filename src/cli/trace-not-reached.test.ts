import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { order, place, twoContexts } from '../inspection/fixtures/two-contexts.ts';
import { run } from '../runtime/run.ts';
import { askCommand } from './fixtures/ask-command.ts';
import { traceCommand } from './trace.ts';

test('an action that somebody has not come to yet is not told as all done', async () => {
  const { contexts, ordering } = twoContexts();
  const store = memory();
  const all = await run(contexts, { store });
  await all.handle(order, 'o-1', place('o-1'), { correlationId: 'done' });
  await all.settled();
  await all.stop();
  const app = await run(contexts, { store, only: [ordering.name] });
  await app.handle(order, 'o-2', place('o-2'), { correlationId: 'begun' });
  await app.settled();
  await app.stop();

  const done = await askCommand(traceCommand, { contexts, store }, ['done']);
  const begun = await askCommand(traceCommand, { contexts, store }, ['begun']);

  assert.match(done.out, /all done/);
  assert.match(begun.out, /\d+ not reached yet/);
  assert.doesNotMatch(begun.out, /all done/);
});
