import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memory } from '../adapters/memory/memory-store.ts';
import { committed, fact, facts, incoming, outgoing } from '../conformance/log/samples.ts';
import { boundedContext } from '../context/bounded-context.ts';
import type { NewRecord } from '../log/record.ts';
import { LAST_LOOKED_THROUGH_MAX } from './follow-from.ts';
import { LAST_TOLD_MAX, type LastQuestion, lastRecords } from './last-records.ts';
import { withLogs } from './open-logs.ts';
import { QuestionError } from './question-error.ts';

const contexts = [boundedContext('ordering', {}), boundedContext('billing', {})];

test('the last records of all logs come newest first, and those of one log in its order', async () => {
  const { asked } = await scene({
    ordering: [
      fact('order/1', 1, { id: 'o-1', recordedAt: 10 }),
      fact('order/1', 2, { id: 'o-2', recordedAt: 40 }),
      // Its clock went back.
      fact('order/1', 3, { id: 'o-3', recordedAt: 20 }),
    ],
    billing: [
      incoming('ordering', 'b-1', { id: 'b-1', recordedAt: 30 }),
      incoming('ordering', 'b-2', { id: 'b-2', recordedAt: 15 }),
    ],
  });

  assert.deepEqual(await asked({ count: 10 }), ['o-3', 'o-2', 'b-2', 'b-1', 'o-1']);
  assert.deepEqual(await asked({ count: 3 }), ['o-3', 'o-2', 'b-2']);
  assert.deepEqual(await asked({ count: 0 }), []);
});

test('only those of a type, a direction and a key are looked for, however far back', async () => {
  const { asked } = await scene({
    ordering: [
      fact('order/7', 1, { id: 'o-1', key: '7' }),
      outgoing({ id: 'o-2', key: '7' }),
      ...facts('order/1', 1, 1_200),
    ],
    billing: [incoming('ordering', 'b-1', { id: 'b-1', key: '7', recordedAt: 2e12 })],
  });

  assert.deepEqual(await asked({ count: 10, key: '7' }), ['b-1', 'o-2', 'o-1']);
  assert.deepEqual(await asked({ count: 10, key: '7', directions: ['outgoing'] }), ['o-2']);
  const types = ['OrderPlaced'];
  assert.deepEqual(await asked({ count: 10, key: '7', types }), ['o-1']);
});

test('never are more told of than is the most, whatever is asked for', async () => {
  const { asked } = await scene({ ordering: facts('order/1', 1, LAST_TOLD_MAX + 5) });

  assert.equal((await asked({ count: 1_000_000 })).length, LAST_TOLD_MAX);
});

test('a look that ends before there are enough says where', async () => {
  const { last } = await scene({
    ordering: [outgoing({ key: '7' }), ...facts('order/1', 1, LAST_LOOKED_THROUGH_MAX + 500)],
  });

  const { records, endedEarly } = await last({ count: 1, key: '7' });

  assert.deepEqual([records, endedEarly], [[], ['ordering']]);
});

test('up to a time come all that were recorded by then, the last of them too', async () => {
  const at = (id: string, version: number, recordedAt: number) =>
    fact('order/1', version, { id, recordedAt });
  const { asked } = await scene({
    ordering: [at('o-1', 1, 10), at('o-2', 2, 20), at('o-3', 3, 30)],
    billing: [incoming('ordering', 'b-1', { id: 'b-1', recordedAt: 20 })],
  });

  assert.deepEqual(await asked({ count: 10, until: 30 }), ['o-3', 'o-2', 'b-1', 'o-1']);
  assert.deepEqual(await asked({ count: 10, until: 25 }), ['o-2', 'b-1', 'o-1']);
  assert.deepEqual(await asked({ count: 10, until: 20 }), ['o-2', 'b-1', 'o-1']);
  assert.deepEqual(await asked({ count: 10, until: 9 }), []);
  assert.deepEqual(await asked({ count: 10, since: 20 }), ['o-3', 'o-2', 'b-1']);
  assert.deepEqual(await asked({ count: 10, since: 20, until: 20 }), ['o-2', 'b-1']);
  assert.deepEqual(await asked({ count: 10, since: 31 }), []);
});

test('where a clock went back, nothing that was recorded later than asked for is told of', async () => {
  const at = (version: number, recordedAt: number) =>
    fact('order/1', version, { id: `o-${version}`, recordedAt });
  const { last } = await scene({
    ordering: [at(1, 10), at(2, 60), at(3, 20), at(4, 30), at(5, 70)],
  });

  const ids: string[] = [];
  for (let before: string | null | undefined; before !== null;) {
    const page = await last({ count: 1, until: 40, ...(before && { before }) });
    ids.push(...page.records.map(({ id }) => id));
    before = page.next;
  }

  assert.deepEqual(ids, ['o-4', 'o-3', 'o-1']);
});

test('page after page each record comes once, whatever is recorded meanwhile', async () => {
  const { last, more } = await scene({
    ordering: facts('order/1', 1, 30),
    billing: Array.from({ length: 7 }, (_, each) =>
      incoming('ordering', `b-${each}`, { id: `b-${each}`, recordedAt: each * 2 }),
    ),
  });

  const ids: string[] = [];
  let version = 31;
  for (let before: string | null | undefined; before !== null;) {
    const page = await last({ count: 4, ...(before && { before }) });
    ids.push(...page.records.map(({ id, version: at, context }) => `${context} ${at} ${id}`));
    before = page.next;
    await more('ordering', [fact('order/1', version++, { recordedAt: 1 })]);
  }

  assert.equal(new Set(ids).size, 37);
  assert.equal(ids.length, 37);
});

test('where there is no log at all that is said, and is not taken for silence', async () => {
  const config = { contexts, store: memory() };

  await assert.rejects(
    withLogs(config, undefined, (logs) => lastRecords(logs, { count: 1 }, 'memory')),
    (error) => error instanceof QuestionError && error.code === 'nothing-found',
  );
});

/** Both logs, with what was recorded in them; answers with ids. */
async function scene(recorded: {
  readonly ordering?: readonly NewRecord[];
  readonly billing?: readonly NewRecord[];
}) {
  const store = memory();
  for (const [context, records] of Object.entries(recorded)) {
    const log = await store.open(context);
    for (let from = 0; from < records.length; from += 5_000)
      await committed(log, { records: records.slice(from, from + 5_000) });
    await log.close();
  }
  const more = async (context: string, records: readonly NewRecord[]) => {
    const log = await store.open(context);
    await committed(log, { records });
    await log.close();
  };
  const last = (question: LastQuestion) =>
    withLogs({ contexts, store }, undefined, (logs) => lastRecords(logs, question, store.name));
  const asked = async (question: LastQuestion) =>
    (await last(question)).records.map(({ id }) => id);
  return { last, asked, more };
}
