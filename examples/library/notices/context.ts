/**
 * Notices: the letters that readers get. It knows nothing of lending but its contracts, and lending
 * does not know that there are letters at all.
 */
import { aggregate, boundedContext, effect } from 'thereupon';
import { BookReadyToCollect, ReservationExpired } from '../lending/contracts.ts';
import type { Mailbox } from './mailbox.ts';
import { decide, evolve, initial } from './model/correspondence.ts';
import { bookWaits, turnIsOver } from './model/letter.ts';

export const correspondence = aggregate({ name: 'correspondence', initial, decide, evolve });

/** Posted first, then filed. Who dies in between posts again, under the same key. */
function sendLetters(mailbox: Mailbox) {
  return effect({
    name: 'send letters',
    on: [BookReadyToCollect, ReservationExpired],
    async perform(event, { idempotencyKey }) {
      const letter =
        event.type === 'lending.BookReadyToCollect'
          ? bookWaits(event.data)
          : turnIsOver(event.data);
      await mailbox.post(letter, { idempotencyKey });
      return letter;
    },
    record: (_, letter, { handle }) =>
      handle(correspondence, letter.readerId, { type: 'FileLetter', data: letter }),
  });
}

export function noticesBy(mailbox: Mailbox) {
  return boundedContext('notices', {
    aggregates: [correspondence],
    effects: [sendLetters(mailbox)],
  });
}
