import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memory } from 'thereupon/memory';
import { testApplication, type TestOptions } from 'thereupon/testing';
import { libraryContexts } from './contexts.ts';
import { book } from './lending/book.ts';
import { catalogue } from './lending/catalogue.ts';
import { hold } from './lending/hold.ts';
import type { BookCommand } from './lending/model/book-language.ts';
import { memoryMailbox } from './notices/mailbox.ts';

const bookId = 'middlemarch';
const title = 'Middlemarch';

test('a reservation causes that the book is held, and a letter, and nothing else', async (t) => {
  const { app, ask } = await open(t);

  const session = await app.track(() => ask('ReserveBook', 'Ada'));

  session.thenOnly(`
    lending: BookReserved middlemarch {"readerId":"Ada"}
    lending: BookHeld middlemarch {"readerId":"Ada"}
      lending: published lending.BookReadyToCollect
        notices: took in lending.BookReadyToCollect
          notices: LetterSent Ada
      lending: set timer CollectionOverdue middlemarch
  `);
});

test('a book that is not collected in three days is held for the next reader', async (t) => {
  const { app, ask, texts } = await open(t);
  await ask('ReserveBook', 'Ada');
  await ask('ReserveBook', 'Ben');

  await app.advance('71 hours');
  const before = await app.read(catalogue).get(bookId);
  await app.advance('1 hour');

  assert.equal(before?.readerId, 'Ada');
  assert.deepEqual(await app.read(catalogue).get(bookId), {
    title,
    place: 'held',
    readerId: 'Ben',
    collectBy: '2026-03-08T09:00:00.000Z',
    waiting: [],
  });
  assert.deepEqual(texts(), [
    'Ada: "Middlemarch" waits for you until Thursday 5 March, 9:00.',
    'Ada: You did not collect "Middlemarch". It is the next reader\'s turn now.',
    'Ben: "Middlemarch" waits for you until Sunday 8 March, 9:00.',
  ]);
});

test('a book that nobody waits for goes back to the shelf', async (t) => {
  const { app, ask } = await open(t);
  await ask('ReserveBook', 'Ada');

  await app.advance('3 days');

  assert.equal((await app.read(catalogue).get(bookId))?.place, 'shelf');
  assert.equal(await app.process(hold, bookId), undefined);
  assert.deepEqual(await app.timers(), []);
});

test('a book that is collected expires no more', async (t) => {
  const { app, ask, texts } = await open(t);
  await ask('ReserveBook', 'Ada');
  await ask('LendBook', 'Ada');

  await app.advance('30 days');

  assert.equal((await app.read(catalogue).get(bookId))?.readerId, 'Ada');
  assert.equal(texts().length, 1);
});

test('each reader has three days, also when the library was off as the turn before ended', async (t) => {
  const store = memory();
  const first = await open(t, { store });
  await first.ask('ReserveBook', 'Ada');
  await first.ask('ReserveBook', 'Ben');
  await first.app.settled();
  await first.app.stop();

  const { app, texts } = await open(t, { store, now: '2026-03-12T09:00:00Z', seed: 2 });
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
async function open(t: TestContext, options: TestOptions = {}) {
  const mailbox = memoryMailbox();
  const now = '2026-03-02T09:00:00Z';
  const app = await testApplication(libraryContexts(mailbox), { now, ...options });
  t.after(() => app.stop());
  const handle = (command: BookCommand) => app.handle(book, bookId, command);
  await handle({ type: 'AddBook', data: { bookId, title } });
  return {
    app,
    ask: (type: 'ReserveBook' | 'LendBook', readerId: string) =>
      handle({ type, data: { bookId, readerId } }),
    texts: () => mailbox.letters.map(({ readerId, text }) => `${readerId}: ${text}`),
  };
}
