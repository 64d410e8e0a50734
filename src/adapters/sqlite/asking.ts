import type { Clock } from '../../host/clock.ts';
import type { Connection } from './connection.ts';
import { translate, type Where } from './errors.ts';
import { unlessBusy } from './transaction.ts';

/** Answers a question by a connection, or with `otherwise` while there is no log yet. */
export type Ask = <T>(otherwise: T, question: (open: Connection) => T) => Promise<T>;

/** `connection` throws when the log is closed, and gives nothing while there is no log yet. */
export function asking(where: Where, clock: Clock, connection: () => Connection | undefined): Ask {
  // Async, so that whatever is thrown rejects.
  return async (otherwise, question) => {
    try {
      return await unlessBusy(clock, where, () => {
        const open = connection();
        return open === undefined ? otherwise : question(open);
      });
    } catch (error) {
      throw translate(error, where);
    }
  };
}
