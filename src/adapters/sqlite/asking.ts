import type { Clock } from '../../host/clock.ts';
import type { Connection } from './connection.ts';
import { translate, type Where } from './errors.ts';
import { unlessBusy } from './transaction.ts';

/** Answers a question by a connection, or with `otherwise` while there is no log yet. */
export type Ask = <T>(otherwise: T, question: (open: Connection) => T) => Promise<T>;

/** Whom a question is put to. */
export interface Asked {
  /** Throws when the log is closed, and gives nothing while there is no log yet. */
  readonly connection: () => Connection | undefined;
  /** Pending while something that can be read is not on the disk yet. */
  readonly durable?: () => Promise<void> | undefined;
}

export function asking(where: Where, clock: Clock, asked: Asked): Ask {
  // Async, so that whatever is thrown rejects.
  return async (otherwise, question) => {
    try {
      const answer = await unlessBusy(clock, where, () => {
        const open = asked.connection();
        return open === undefined ? otherwise : question(open);
      });
      await asked.durable?.();
      return answer;
    } catch (error) {
      throw translate(error, where);
    }
  };
}
