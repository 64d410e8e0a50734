/**
 * The library in a simulation: some readers want two books, all goes wrong that can, and in the end
 * each has had a turn, and each turn its letter.
 *
 *     npm run simulate -- library --seeds 1..1000
 */
import { strict as assert } from 'node:assert';
import type { SimulatedRecord, Simulation, Step, WorkloadChance } from 'thereupon/testing';
import { book } from './lending/book.ts';
import type { BookCommand } from './lending/model/book-language.ts';
import { memoryMailbox, type MemoryMailbox } from './notices/mailbox.ts';

const BOOKS = ['middlemarch', 'emma'];
const READERS = ['Ada', 'Ben', 'Cora', 'Dan', 'Eve'];

export const simulation: Simulation<{ mailbox: MemoryMailbox }> = {
  name: 'The library',
  contexts: ({ mailbox }) =>
    import('./contexts.ts').then(({ libraryContexts }) => libraryContexts(mailbox)),
  outside: () => ({ mailbox: memoryMailbox() }),
  workload: readers,
  invariants: {
    always: {
      'a book is with one reader at a time': ({ records }) => {
        for (const bookId of BOOKS) whereIs(bookId, records('lending'));
      },
    },
    settled: {
      'nobody is kept waiting for a book that is there': ({ records }) => {
        for (const bookId of BOOKS) {
          const { place, waiting } = whereIs(bookId, records('lending'));
          assert.notEqual(place, 'held', `${bookId} is held, and three days are over`);
          if (place === 'shelf') assert.deepEqual(waiting, [], `${bookId} is on the shelf`);
        }
      },
      'each turn has its letter, and so has each that was missed': ({ records, outside }) => {
        const told = records('lending').filter(isTold).length;
        const filed = records('notices').filter(({ type }) => type === 'LetterSent').length;
        assert.equal(outside.mailbox.letters.length, told);
        assert.equal(filed, told);
      },
    },
  },
};

function readers(chance: WorkloadChance): readonly Step[] {
  const steps: Step[] = BOOKS.map((bookId) =>
    ask({ type: 'AddBook', data: { bookId, title: bookId } }),
  );
  for (const readerId of READERS) {
    const data = { bookId: chance.pick(BOOKS), readerId };
    steps.push(ask({ type: 'ReserveBook', data }));
    if (chance.happens(0.3)) steps.push(ask({ type: 'CancelReservation', data }));
    if (chance.happens(0.6)) steps.push(ask({ type: 'LendBook', data }, chance.below(20)));
    if (chance.happens(0.3)) steps.push(ask({ type: 'ReturnBook', data }, chance.below(20)));
  }
  return steps;
}

/** The desk may say no: then that is the answer, and nobody asks again. */
function ask(command: BookCommand, afterHours = 0): Step {
  const { bookId } = command.data;
  const readerId = 'readerId' in command.data ? command.data.readerId : '';
  const name = `${command.type} ${bookId} ${readerId}`;
  let waitMs = afterHours * 3_600_000;
  return {
    name,
    async work(app) {
      await app.sleep(waitMs);
      // Whoever has to ask again asks at once.
      waitMs = 0;
      try {
        await app.handle(book, bookId, command, { commandId: name });
      } catch (error) {
        // By its name: each life of a process has loaded a class of its own.
        if ((error as Error).name !== 'LendingRefusedError') throw error;
      }
    },
  };
}

function isTold({ direction, type }: SimulatedRecord): boolean {
  return direction === 'domain' && (type === 'BookHeld' || type === 'ReservationExpired');
}

/** Told from the facts alone, without the library's own rules. */
function whereIs(bookId: string, records: readonly SimulatedRecord[]) {
  let place = 'nowhere';
  let waiting: readonly string[] = [];
  for (const { stream, type, data } of records) {
    if (stream !== `book/${bookId}`) continue;
    const without = waiting.filter((reader) => reader !== data.readerId);
    switch (type) {
      case 'BookReserved':
        waiting = [...waiting, data.readerId];
        continue;
      case 'BookHeld':
        assert.equal(place, 'shelf', `${bookId} is held for ${data.readerId}`);
        [place, waiting] = ['held', without];
        continue;
      case 'BookLent':
        assert.notEqual(place, 'lent', `${bookId} is lent to ${data.readerId}`);
        [place, waiting] = ['lent', without];
        continue;
      case 'ReservationCancelled':
      case 'ReservationExpired':
        // Of the one it is held for, or of one who waits.
        if (without.length === waiting.length) place = 'shelf';
        waiting = without;
        continue;
      default:
        place = 'shelf';
    }
  }
  return { place, waiting };
}
