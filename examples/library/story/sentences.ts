/** What happened, as somebody at the lending desk would tell it. */
import type { CatalogueEntry } from '../lending/catalogue.ts';
import type { BookEvent } from '../lending/model/book-language.ts';
import { collectBy } from '../lending/model/collect-by.ts';
import type { CorrespondenceEvent } from '../notices/model/correspondence.ts';
import { timeInWords } from '../notices/model/letter.ts';

export type Told = BookEvent | CorrespondenceEvent | { readonly type: 'CollectionOverdue' };

/** `recordedAt` in ISO 8601. */
export function sentence(event: Told, recordedAt: string): string {
  switch (event.type) {
    case 'BookAdded':
      return `The library has a new book, "${event.data.title}".`;
    case 'BookReserved':
      return `${event.data.readerId} reserves it.`;
    case 'BookHeld':
      return `It is laid aside for ${event.data.readerId} until ${timeInWords(collectBy(recordedAt))}.`;
    case 'CollectionOverdue':
      return 'Three days are over, and the book still lies there.';
    case 'ReservationExpired':
      return `${event.data.readerId} has missed the turn.`;
    case 'ReservationCancelled':
      return `${event.data.readerId} does not want it any more.`;
    case 'BookLent':
      return `${event.data.readerId} takes it home.`;
    case 'BookReturned':
      return `${event.data.readerId} brings it back.`;
    case 'LetterSent':
      return `To ${event.data.readerId}: ${event.data.text}`;
  }
}

export function entryInWords({ title, place, readerId, waiting }: CatalogueEntry): string {
  const where = {
    shelf: 'on the shelf',
    held: `held for ${readerId}`,
    lent: `lent to ${readerId}`,
  };
  const next = waiting.length === 0 ? '' : `; waiting: ${waiting.join(', ')}`;
  return `"${title}" is ${where[place]}${next}.`;
}
