import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { readModel, type } from '../read-model/read-model.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import { z } from 'zod';
import { askCommand } from './fixtures/ask-command.ts';
import { rebuildCommand } from './rebuild.ts';

test('a read model is rebuilt by the application that runs, and who asked for it is on record', async (t) => {
  const { app, store, folding, rebuild, publish } = await shop(t);
  await publish(1, 2, 3);
  await app.settled();
  folding.count = 0;

  const { code, out } = await rebuild('sums', '--who', 'ann', '--why', 'it was wrong');

  assert.deepEqual([code, out], [0, 'sums@1 of summing was built anew.\n']);
  assert.equal(folding.count, 3);
  assert.equal((await app.read(sums).get('all'))?.sum, 6);
  const log = await store.reader('summing');
  const [operation] = await log.operations(1);
  await log.close();
  assert.deepEqual(
    [operation?.action, operation?.who, operation?.why],
    ['rebuild', 'ann', 'it was wrong'],
  );
});

test('a rebuild that does not come to its end ends with 1, and says at which record', async (t) => {
  const { app, folding, rebuild, publish } = await shop(t);
  await publish(1);
  await app.settled();
  folding.isBroken = true;

  const { code, out } = await rebuild('sums@1');

  assert.equal(code, 1);
  assert.match(out, /^Read model "sums" was not rebuilt: it met record .* which cannot be folded/);
});

test('what nobody begins with is left, ends with 4, and is done at the next start', async (t) => {
  const { app, folding, rebuild, publish, again } = await shop(t);
  await publish(1, 2);
  await app.settled();
  await app.stop();
  folding.count = 0;

  const { code, out } = await rebuild('sums');
  await again();
  await until(() => folding.count === 2);

  assert.equal(code, 4);
  assert.match(out, /^Nobody has begun to rebuild sums@1 of summing yet: it will be done when/);
});

test('an interrupted rebuild is given up, and what is read is as it was', async (t) => {
  const { app, folding, rebuild, publish } = await shop(t);
  await publish(1, 2);
  await app.settled();
  const interrupt = new AbortController();
  folding.isFailing = true;
  folding.onFold = () => interrupt.abort();

  const { code, out } = await rebuild.interruptedBy(interrupt.signal)('sums');

  folding.isFailing = false;
  assert.equal(code, 130);
  assert.match(out, /was given up; what is read is as it was/);
  assert.equal((await app.read(sums).get('all'))?.sum, 3);
});

test('a read model that there is not ends with 3, and says which ones there are', async (t) => {
  const { rebuild } = await shop(t);

  const { code, err } = await rebuild('totals');

  assert.equal(code, 3);
  assert.match(err, /There is no read model "totals"\. There are: sums@1\./);
});

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ number: z.number() }),
  key: () => 'all',
});
const sending = boundedContext('sending', { publishes: [Sent] });

class NotANumberError extends Error {
  readonly code = 'not-a-number';
  readonly retryable = false;
}

/** What the read model of a test does while it folds. */
const folding = { count: 0, isBroken: false, isFailing: false, onFold: (): void => undefined };
const sums = readModel({
  name: 'sums',
  version: 1,
  document: type<{ sum: number }>(),
  from: [Sent],
  by: () => 'all',
  evolve: {
    'sending.Sent': (document, { data }) => {
      folding.count += 1;
      folding.onFold();
      if (folding.isBroken) throw new NotANumberError('no sum');
      if (folding.isFailing) throw new RangeError('tried again and again');
      return { sum: (document?.sum ?? 0) + data.number };
    },
  },
});

async function shop(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-rebuild-'));
  t.after(() => rmSync(folder, { recursive: true }));
  Object.assign(folding, { count: 0, isBroken: false, isFailing: false, onFold: () => undefined });
  const store = sqlite(folder);
  const config = { contexts: [sending, boundedContext('summing', { readModels: [sums] })], store };
  const again = () => start(t, config.contexts, { store });
  const app = await again();
  const asked =
    (signal: AbortSignal) =>
    (...words: string[]) =>
      askCommand(rebuildCommand, config, words, { untilInterrupted: (work) => work(signal) });
  return {
    app,
    store,
    folding,
    again,
    publish: async (...numbers: number[]) => {
      for (const number of numbers)
        await app.transaction(sending, (tx) => tx.publish(Sent, { number }));
    },
    rebuild: Object.assign(asked(new AbortController().signal), { interruptedBy: asked }),
  };
}
