import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { contract } from '../contract/contract.ts';
import { whenever } from '../reaction/whenever.ts';
import { settledOrParked, start, until } from '../runtime/fixtures/start.ts';
import { z } from 'zod';
import { askCommand } from './fixtures/ask-command.ts';
import { discardCommand, redriveCommand } from './parked-decision.ts';
import { parkedShowCommand } from './parked-show.ts';

const WHY = ['--why', 'mended'];

test('a redrive from outside is done by the application that runs, and says what came of it', async (t) => {
  const { app, redrive, mend, publish } = await shop(t);
  await publish('a', 'b');
  await settledOrParked(app);
  mend('a');

  const { code, out } = await redrive('--all', ...WHY);

  assert.equal(code, 1);
  assert.match(
    out,
    /^Redrive of 2: 1 done, 1 PARKED AGAIN\n {2}stamping · "stamp" · key "b" · record \S+ · PARKED AGAIN: no ink for b\n$/m,
  );
  assert.deepEqual(
    (await app.parked()).map(({ key }) => key),
    ['b'],
  );
});

test('a dry run shows what it would be, with what is held behind, and needs no reason', async (t) => {
  const { app, redrive, publish } = await shop(t);
  await publish('a', 'a');
  await settledOrParked(app);

  const { code, out } = await redrive('--key', 'a', '--dry-run');

  assert.equal(code, 0);
  assert.match(out, /^1 parked, 1 held behind them; nothing was done \(--dry-run\)\n/);
  assert.match(out, /key "a" · record \S+ · 1 held behind · no ink for a/);
  assert.equal((await app.parked())[0]?.attempts, 1);
});

test('a trial tries the first only, and the others stay', async (t) => {
  const { app, redrive, mend, publish } = await shop(t);
  await publish('a', 'b', 'c');
  await settledOrParked(app);
  mend('a', 'b', 'c');

  const { code, out } = await redrive('--error-code', 'no-ink', '--trial', ...WHY);

  assert.equal(code, 0);
  assert.equal(out, 'Redrive of 3: 1 done, 2 not tried\n');
  assert.equal((await app.parked()).length, 2);
});

test('a discard from outside gives a record up, and who and why are on record', async (t) => {
  const { app, discard, publish, store } = await shop(t);
  await publish('a');
  await settledOrParked(app);
  const [row] = await app.parked();

  const { code, out } = await discard(row?.recordId ?? '', '--who', 'ann', ...WHY);

  assert.equal(code, 0);
  assert.equal(out, 'Discard of 1: 1 done\n');
  assert.deepEqual(await app.parked(), []);
  const log = await store.reader('stamping');
  const [operation] = await log.operations(1);
  await log.close();
  assert.deepEqual(
    [operation?.action, operation?.who, operation?.why],
    ['discard', 'ann', 'mended'],
  );
});

test('what is asked while nothing runs is left, ends with 4, and is done at the next start', async (t) => {
  const { app, redrive, mend, publish, again } = await shop(t);
  await publish('a', 'b');
  await settledOrParked(app);
  await app.stop();
  mend('a', 'b');

  const asText = await redrive('--all', ...WHY);

  assert.equal(asText.code, 4);
  assert.match(asText.out, /^Redrive of 2: 2 left for whoever runs it next\n/);
  assert.match(asText.out, /\nNobody who runs the context has answered: /);
  const next = await again();
  await until(async () => (await next.parked()).length === 0);
});

test('an interruption stops before the next one', async (t) => {
  const { app, config, mend, publish } = await shop(t);
  await publish('a', 'b');
  await settledOrParked(app);
  mend('a', 'b');
  const interrupted = new AbortController();
  interrupted.abort();

  const { out } = await askCommand(redriveCommand, config, ['--all', ...WHY], {
    untilInterrupted: (work) => work(interrupted.signal),
  });

  assert.equal(out, 'Redrive of 2: 2 not tried\n');
  assert.equal((await app.parked()).length, 2);
});

test('nothing is decided without saying which, and why', async (t) => {
  const { app, redrive, discard, publish } = await shop(t);
  await publish('a');
  await settledOrParked(app);

  const [which, why, none, rate] = [
    await redrive(...WHY),
    await discard('--all'),
    await redrive('--key', 'z', ...WHY),
    await redrive('--all', '--rate', '0', ...WHY),
  ];

  assert.deepEqual([which.code, why.code, none.code, rate.code], [2, 2, 3, 2]);
  assert.match(which.err, /Say which ones: .*--all/);
  assert.match(why.err, /Say why, for the audit trail: thereupon parked discard … --why TEXT/);
  assert.match(none.err, /Nothing that is parked is so/);
  assert.match(rate.err, /--rate.*a number above 0/);
  assert.equal((await app.parked()).length, 1);
});

test('as JSON it says of each record what became of it', async (t) => {
  const { app, redrive, mend, publish } = await shop(t);
  await publish('a');
  await settledOrParked(app);
  mend('a');

  const { out } = await redrive('--all', '--json', ...WHY);

  const { selected, decided } = JSON.parse(out) as { selected: number; decided: object[] };
  assert.equal(selected, 1);
  const { recordId, ...first } = decided[0] as Record<string, unknown>;
  assert.equal(typeof recordId, 'string');
  assert.deepEqual(first, {
    context: 'stamping',
    subscription: 'stamp',
    key: 'a',
    state: 'done',
    why: null,
  });
});

test('one record is redriven with an edited copy of its data, which a list of them is not', async (t) => {
  const { app, folder, redrive, show, publish } = await shop(t);
  await publish('a', 'b');
  await settledOrParked(app);
  const [row] = await app.parked({ key: 'a' });
  const file = join(folder, 'edited.json');
  writeFileSync(file, JSON.stringify({ key: 'a', ink: 'blue' }));
  const id = row?.recordId ?? '';

  const several = await redrive('--all', '--edited', file, ...WHY);
  const missing = await redrive(id, '--edited', join(folder, 'none.json'), ...WHY);
  const again = await redrive(id, '--edited', file, '--who', 'ann', ...WHY);
  const shown = await show(id);
  const original = await redrive(id, '--original', ...WHY);

  assert.deepEqual([several.code, missing.code, again.code, original.code], [2, 2, 1, 1]);
  assert.match(several.err, /--edited or --original is for one record, and 2 are meant/);
  assert.match(missing.err, /none\.json can't be read as JSON: ENOENT/);
  assert.match(shown.out, /\n {2}\{\n {4}"key": "a"\n {2}\}\n/);
  assert.match(
    shown.out,
    /\nhandled with data that ann has edited on \S+Z, because: mended\n {2}\{\n {4}"key": "a",\n {4}"ink": "blue"\n/,
  );
  assert.doesNotMatch((await show(id)).out, /has edited/);
});

const Sent = contract('sending.Sent', {
  version: 1,
  schema: z.object({ key: z.string() }),
  key: (data) => data.key,
});
const sending = boundedContext('sending', { publishes: [Sent] });

class NoInkError extends Error {
  readonly code = 'no-ink';
  readonly retryable = false;
}

/** Two contexts on files: what is sent is stamped, unless there is no ink for its key. */
async function shop(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-parked-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const store = sqlite(folder);
  const dry = new Set(['a', 'b', 'c']);
  const stamping = boundedContext('stamping', {
    reactions: [
      whenever('stamp', Sent, ({ data: { key } }) => {
        if (dry.has(key)) throw new NoInkError(`no ink for ${key}`);
      }),
    ],
  });
  const config = { contexts: [sending, stamping], store };
  const again = () => start(t, config.contexts, { store });
  const app = await again();
  return {
    app,
    folder,
    store,
    config,
    again,
    mend: (...keys: string[]) => keys.forEach((key) => dry.delete(key)),
    publish: async (...keys: string[]) => {
      for (const key of keys) await app.transaction(sending, (tx) => tx.publish(Sent, { key }));
    },
    show: (...words: string[]) => askCommand(parkedShowCommand, config, words),
    redrive: (...words: string[]) => askCommand(redriveCommand, config, words),
    discard: (...words: string[]) => askCommand(discardCommand, config, words),
  };
}
