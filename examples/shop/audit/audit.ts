/**
 * Proves the shop's books from the data alone: it reads rows by plain `select` and knows nothing of
 * how they came there, nothing of the code that wrote them included. Each equation sets two figures
 * against each other that were written at different times by different parts.
 *
 *     const { isBalanced, equations } = await runAudit({ directory: './data' });
 */
import type { Books } from './books.ts';
import { auditDeadlines } from './deadlines.ts';
import type { Equation } from './equation.ts';
import { allFlows } from './flows.ts';
import { auditGatewayKeys } from './gateway-keys.ts';
import { auditMessages } from './messages.ts';
import { auditMoney } from './money.ts';
import { openBooks, type BooksPlace } from './open-books.ts';
import { auditOrders } from './orders.ts';
import { auditRecords } from './records.ts';
import { foldReservations } from './reservations.ts';
import { salesOf } from './sales.ts';
import { auditStock } from './stock.ts';

export type Audit = {
  readonly isBalanced: boolean;
  readonly equations: readonly Equation[];
  /** The records in the logs: it grows while the shop moves. */
  readonly recordCount: number;
};

/**
 * Looks once, at one moment. A running shop may be in the middle of something then: look again.
 *
 * @throws {BooksError} when there is no shop's data, or when it cannot be read.
 */
export async function runAudit(place: BooksPlace): Promise<Audit> {
  const books = await openBooks(place);
  try {
    return auditBooks(books);
  } finally {
    books.close();
  }
}

/** The same of books that are open already. */
export function auditBooks(books: Books): Audit {
  const sales = salesOf(books);
  const reservations = foldReservations(books);
  const { backOrders } = reservations;
  const isWaiting = (orderId: string): boolean => {
    const backOrder = backOrders.get(orderId);
    return backOrder !== undefined && backOrder.endedAt === undefined;
  };
  const equations = [
    ...auditOrders(books, sales, isWaiting),
    ...auditDeadlines(books, backOrders),
    ...auditMoney(books, sales),
    ...auditGatewayKeys(books),
    ...auditStock(books, sales, reservations),
    ...auditMessages(books, allFlows()),
    ...auditRecords(books),
  ];
  const isBalanced = equations.every((each) => each.isBalanced);
  return { isBalanced, equations, recordCount: books.recordCount() };
}
