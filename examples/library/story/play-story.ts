/** Plays the plot: lets time pass from one deed to the next, and tells what happens on the way. */
import { sqlite } from 'thereupon/sqlite';
import { testApplication, type TestApplication } from 'thereupon/testing';
import { libraryContexts } from '../contexts.ts';
import { book } from '../lending/book.ts';
import { catalogue } from '../lending/catalogue.ts';
import { LendingRefusedError } from '../lending/model/lending-refused.ts';
import { memoryMailbox } from '../notices/mailbox.ts';
import { bookId, plot, type Deed } from './plot.ts';
import { entryInWords } from './sentences.ts';
import { Storyteller } from './storyteller.ts';

export async function playStory(directory: string, print: (line: string) => void): Promise<void> {
  // A story need not outlive a power cut, and is told faster without waiting for the disk.
  const store = sqlite(directory, { durability: 'normal' });
  const contexts = libraryContexts(memoryMailbox());
  const app = await testApplication(contexts, { store, now: plot[0]?.at ?? '' });
  const names = contexts.map(({ name }) => name);
  const storyteller = await Storyteller.of(store, names, print);
  try {
    for (const deed of plot) {
      await letPass(deed.at, { app, storyteller });
      await attempt(deed, { app, storyteller });
    }
  } finally {
    await storyteller.close();
    await app.stop();
  }
}

interface Library {
  readonly app: TestApplication;
  readonly storyteller: Storyteller;
}

/** Stops at each timer on the way, to tell what it has caused. */
async function letPass(until: string, library: Library): Promise<void> {
  const { app } = library;
  for (;;) {
    const [next] = await app.timers();
    if (next === undefined || Date.parse(next.due) > Date.parse(until)) break;
    await app.advance(`${Date.parse(next.due) - Date.parse(app.now)} ms`);
    await tell(library);
  }
  await app.advance(`${Date.parse(until) - Date.parse(app.now)} ms`);
}

async function attempt({ at, id, command }: Deed, library: Library): Promise<void> {
  try {
    const named = { commandId: id, correlationId: id };
    await library.app.handle(book, command.data.bookId, command, named);
  } catch (error) {
    if (!(error instanceof LendingRefusedError)) throw error;
    library.storyteller.say(at, 'refused', error.message);
  }
  await tell(library);
}

/** What has come of it, once all of it has, and how the catalogue shows the book then. */
async function tell({ app, storyteller }: Library): Promise<void> {
  await app.settled();
  await storyteller.tell();
  const entry = await app.read(catalogue).get(bookId);
  if (entry !== undefined) storyteller.show(entryInWords(entry));
}
