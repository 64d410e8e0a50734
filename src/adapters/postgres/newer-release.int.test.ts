/** In a rolling deploy an older release is asked about what only the newer one beside it has. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { boundedContext } from '../../context/bounded-context.ts';
import { contract } from '../../contract/contract.ts';
import { whenever } from '../../reaction/whenever.ts';
import { settledOrParked } from '../../runtime/fixtures/start.ts';
import { type Request, type RequestDetail, requestRow } from '../../runtime/request.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { countingContext } from './fixtures/counting.ts';
import { until } from './fixtures/counting-processes.ts';
import { postgres } from './postgres-store.ts';

const server = await sharedPostgres();
const by = { who: 'ann', why: 'mended' };
/** Either may be the first to see what was asked for: of so many the older one is, of some. */
const IDS = Array.from({ length: 12 }, (_, index) => `c-${index}`);

test('what only the newer release handles is discarded there, and what is behind it goes on', async (t) => {
  const { older, broken, count, handled } = await twoReleases(t);
  await count(IDS);
  await until(async () => (await older.parked()).length === IDS.length);

  const gone = await older.discard({}, by);
  broken.clear();
  await count(IDS);

  assert.equal(gone.length, IDS.length);
  await until(() => handled.length === IDS.length);
});

test('what only the newer release handles is redriven from the older one', async (t) => {
  const { older, broken, count, handled } = await twoReleases(t);
  await count(IDS);
  await until(async () => (await older.parked()).length === IDS.length);
  broken.clear();

  const redriven = await older.redrive({}, by);

  assert.equal(redriven.done.length, IDS.length);
  assert.equal(handled.length, IDS.length);
});

test('a request about what only the newer release handles is left to it', async (t) => {
  const { older, broken, count, handled, ask } = await twoReleases(t);
  await count(IDS);
  await until(async () => (await older.parked()).length === IDS.length);
  const parked = await older.parked();
  broken.clear();

  const answers = await ask(
    parked.map(({ subscription, key, recordId }, index) => ({
      action: index % 2 === 0 ? 'redrive' : 'discard',
      subscription,
      key,
      recordId,
      ...by,
    })),
  );
  await count(IDS);

  assert.deepEqual(
    answers.map(({ refused }) => refused),
    answers.map(() => undefined),
  );
  await until(() => handled.length === IDS.length + IDS.length / 2);
});

test('an import of what only the newer release listens to is left to it', async (t) => {
  const { ask } = await twoReleases(t);

  const answers = await ask(
    IDS.map(() => ({ action: 'import', source: 'sending', count: 1, ...by })),
  );

  // The intake has looked for them.
  for (const { refused } of answers) assert.match(refused ?? '', /^Its messages are not there/);
});

class Broken extends Error {
  readonly code = 'broken';
  readonly retryable = false;
}

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ key: z.string() }),
  key: (data) => data.key,
});

/** The newer one mirrors what is counted, and listens to what is sent. */
async function twoReleases(t: TestContext) {
  const url = await server.createDatabase();
  const store = postgres(url);
  const broken = new Set(IDS);
  const handled: string[] = [];
  const counting = countingContext((id) => {
    if (broken.has(id)) throw new Broken('not yet');
    handled.push(id);
  });
  const { context } = counting;
  const hear = whenever('hear', Sent, () => undefined);
  const newerContext = { ...context, reactions: [...context.reactions, hear] };
  const options = { logger: silent, only: ['counting'] };
  const sending = boundedContext('sending', { publishes: [Sent] });
  const older = await run([{ ...context, reactions: [] }], { ...options, store: postgres(url) });
  const newer = await run([newerContext, sending], { ...options, store: postgres(url) });
  const log = await store.reader('counting');
  t.after(async () => {
    await log.close();
    await Promise.all([older.stop(), newer.stop()]);
  });
  await settledOrParked(newer);
  let asked = 0;
  return {
    older,
    broken,
    handled,
    count: (ids: readonly string[]) =>
      Promise.all(
        ids.map((id) => newer.handle(counting.counter, id, { type: 'Count', data: { id, by: 1 } })),
      ),
    /** Asks for all at once, and answers what became of them. */
    ask: async (requests: readonly Request[]): Promise<readonly RequestDetail[]> => {
      const left = requests.map((each) => {
        asked += 1;
        return requestRow(each, { id: `request-${asked}`, at: Date.now() });
      });
      await store.leaveRequests('counting', { left });
      const said = new Map<string, RequestDetail>();
      await until(async () => {
        for (const { id, detail } of await log.operations(1_000))
          said.set(id, JSON.parse(detail) as RequestDetail);
        return left.every(({ recordId }) => said.has(recordId));
      });
      return left.map(({ recordId }) => said.get(recordId) as RequestDetail);
    },
  };
}
