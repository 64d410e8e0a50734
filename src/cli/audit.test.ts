import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { order, place, twoContexts } from '../inspection/fixtures/two-contexts.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import { auditCommand } from './audit.ts';
import { askCommand } from './fixtures/ask-command.ts';

test('what persons have done is told with who, why and with what, the latest first', async (t) => {
  const { contexts, till } = twoContexts();
  const store = memory();
  const ask = (...words: string[]) => askCommand(auditCommand, { contexts, store }, words);
  const before = await ask();
  till.refused.add('a-1');
  const app = await start(t, contexts, { store });
  const nothing = await ask();
  await app.handle(order, 'a-1', place('a-1'));
  await until(async () => (await app.parked()).length === 1);
  const [row] = await app.parked();
  const data = { orderId: 'a-2', pence: 100 };
  await app.redrive({}, { who: 'ann', why: 'it was meant\nfor another', edited: { data } });
  await app.pause(contexts[1]!, 'ask for payment', { who: 'bob', why: 'a look' });

  const told = await ask('--context', 'billing');
  const json = await ask('--json', '--limit', '1');

  assert.equal(before.code, 3);
  assert.equal(nothing.out, 'Nobody has done anything yet.\n');
  const [paused, , redriven, about, edited] = told.out.split('\n');
  assert.match(paused ?? '', /^2\S+Z {2}pause, by bob: a look$/);
  assert.match(redriven ?? '', /^2\S+Z {2}redrive, by ann: it was meant for another$/);
  assert.equal(about, `  billing · "ask for payment" · key "a" · record ${row?.recordId}`);
  assert.equal(edited, '  with this in place of its data: {"orderId":"a-2","pence":100}');
  const { operations, isCut } = JSON.parse(json.out) as { operations: unknown[]; isCut: boolean };
  assert.deepEqual([operations.length, isCut], [1, true]);
});
