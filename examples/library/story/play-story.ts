/** Plays the plot: lets time pass from one deed to the next, and tells what happens on the way. */
import { run, type Application } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import { libraryContexts } from '../contexts.ts';
import { book } from '../lending/book.ts';
import { catalogue } from '../lending/catalogue.ts';
import { LendingRefusedError } from '../lending/model/lending-refused.ts';
import { memoryMailbox } from '../notices/mailbox.ts';
import { handClock, type HandClock } from './hand-clock.ts';
import { bookId, plot, type Deed } from './plot.ts';
import { entryInWords } from './sentences.ts';
import { Storyteller } from './storyteller.ts';

export async function playStory(directory: string, print: (line: string) => void): Promise<void> {
  const clock = handClock(Date.parse(plot[0]?.at ?? ''));
  const store = sqlite(directory);
  const contexts = libraryContexts(memoryMailbox());
  const app = await run(contexts, { store, host: { clock } });
  const names = contexts.map(({ name }) => name);
  const storyteller = await Storyteller.of(store, names, print);
  try {
    const library = { app, clock, storyteller };
    for (const deed of plot) {
      await letPass(deed.at, library);
      await attempt(deed, library);
    }
  } finally {
    await storyteller.close();
    await app.stop();
  }
}

interface Library {
  readonly app: Application;
  readonly clock: HandClock;
  readonly storyteller: Storyteller;
}

/** Goes from timer to timer: all that one causes is over before the next one is due. */
async function letPass(until: string, library: Library): Promise<void> {
  const { app, clock } = library;
  for (;;) {
    const [next] = await app.timers();
    if (next === undefined || Date.parse(next.due) > Date.parse(until)) break;
    clock.moveTo(Date.parse(next.due));
    await tell(library);
  }
  clock.moveTo(Date.parse(until));
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
