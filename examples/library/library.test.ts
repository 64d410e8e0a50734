import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { run } from 'thereupon';
import { memory } from 'thereupon/memory';
import { libraryContexts } from './contexts.ts';
import { book } from './lending/book.ts';
import { catalogue } from './lending/catalogue.ts';
import { hold } from './lending/hold.ts';
import type { BookCommand } from './lending/model/book-language.ts';
import { memoryMailbox } from './notices/mailbox.ts';
import { handClock } from './story/hand-clock.ts';

const DAY = 24 * 60 * 60 * 1_000;
const bookId = 'middlemarch';

test('a book that is not collected in three days is held for the next reader', async (t) => {
  const { app, ask, pass } = await open(t);
  await ask('ReserveBook', 'Ada');
  await ask('ReserveBook', 'Ben');

  await pass(3 * DAY - 1);
  const before = await app.read(catalogue).get(bookId);
  await pass(1);

  assert.equal(before?.readerId, 'Ada');
  assert.deepEqual(await app.read(catalogue).get(bookId), {
    title: 'Middlemarch',
    place: 'held',
    readerId: 'Ben',
    collectBy: '2026-03-08T09:00:00.000Z',
    waiting: [],
  });
});

test('a book that nobody waits for goes back to the shelf', async (t) => {
  const { app, ask, pass } = await open(t);
  await ask('ReserveBook', 'Ada');

  await pass(3 * DAY);

  assert.equal((await app.read(catalogue).get(bookId))?.place, 'shelf');
  assert.equal(await app.process(hold, bookId), undefined);
  assert.deepEqual(await app.timers(), []);
});

test('a book that is collected expires no more', async (t) => {
  const { app, ask, pass, texts } = await open(t);
  await ask('ReserveBook', 'Ada');
  await ask('LendBook', 'Ada');

  await pass(30 * DAY);

  assert.equal((await app.read(catalogue).get(bookId))?.readerId, 'Ada');
  assert.equal(texts().length, 1);
});

test('who cancels while she waits changes nothing for the one it is held for', async (t) => {
  const { app, ask, pass } = await open(t);
  await ask('ReserveBook', 'Ada');
  await pass(DAY);
  await ask('ReserveBook', 'Ben');
  await ask('CancelReservation', 'Ben');

  const [timer, ...others] = await app.timers({ process: 'hold', key: bookId });

  assert.equal(timer?.due, '2026-03-05T09:00:00.000Z');
  assert.deepEqual(others, []);
});

test('each reader has three days, also when the library was off as the turn before ended', async (t) => {
  const { store, clock, stop, ask } = await open(t);
  await ask('ReserveBook', 'Ada');
  await ask('ReserveBook', 'Ben');
  await stop();
  clock.moveTo(clock.now() + 10 * DAY);

  const { app, texts } = await open(t, { store, clock });
  await app.settled();

  assert.equal((await app.read(catalogue).get(bookId))?.collectBy, '2026-03-15T09:00:00.000Z');
  assert.deepEqual(texts(), [
    'Ada: You did not collect "Middlemarch". It is the next reader\'s turn now.',
    'Ben: "Middlemarch" waits for you until Sunday 15 March, 9:00.',
  ]);
});

test('a letter that is posted again under its key is not sent twice', async () => {
  const mailbox = memoryMailbox();
  const letter = { readerId: 'Ada', text: 'Good news.' };

  await mailbox.post(letter, { idempotencyKey: '1' });
  await mailbox.post(letter, { idempotencyKey: '1' });
  await mailbox.post(letter, { idempotencyKey: '2' });

  assert.deepEqual(mailbox.letters, [letter, letter]);
});

/** The library with one book on its shelf, or as it was when it was closed. */
async function open(
  t: TestContext,
  { store = memory(), clock = handClock(Date.parse('2026-03-02T09:00:00Z')) } = {},
) {
  const mailbox = memoryMailbox();
  const app = await run(libraryContexts(mailbox), { store, host: { clock } });
  t.after(() => app.stop());
  const handle = (command: BookCommand) => app.handle(book, bookId, command);
  await handle({ type: 'AddBook', data: { bookId, title: 'Middlemarch' } });
  return {
    app,
    store,
    clock,
    stop: () => app.stop(),
    texts: () => mailbox.letters.map(({ readerId, text }) => `${readerId}: ${text}`),
    ask: async (type: 'ReserveBook' | 'CancelReservation' | 'LendBook', readerId: string) => {
      await handle({ type, data: { bookId, readerId } });
      await app.settled();
    },
    pass: async (ms: number) => {
      clock.moveTo(clock.now() + ms);
      await app.settled();
    },
  };
}
