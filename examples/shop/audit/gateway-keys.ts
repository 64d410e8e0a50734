/**
 * The gateway was asked once for each thing that Billing decided, however many requests that took:
 * an idempotency key ends with the id of the event that it was asked for.
 */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';

export function auditGatewayKeys(books: Books): Equation[] {
  return [
    keys(books, {
      name: 'Each charge was asked under one key',
      asked: 'ChargeRequested',
      table: 'charges',
    }),
    keys(books, {
      name: 'Each refund was asked under one key',
      asked: 'RefundRequested',
      table: 'refunds',
    }),
    chargedOnce(books),
  ];
}

type Asking = {
  readonly name: string;
  readonly asked: 'ChargeRequested' | 'RefundRequested';
  readonly table: 'charges' | 'refunds';
};

function keys(books: Books, { name, asked, table }: Asking): Equation {
  const wanted = new Map<string, string>(
    books.rows<readonly [string, string]>(
      `select id, data ->> 'orderId' from billing.log where direction = 'domain' and type = ?`,
      asked,
    ),
  );
  const eventCount = wanted.size;
  const faults: string[] = [];
  let keyCount = 0;
  let requestCount = 0;
  const rows = books.rows<readonly [string, string, number]>(
    `select idempotency_key, order_id, requests from gateway.${table}`,
  );
  for (const [key, orderId, requests] of rows) {
    keyCount += 1;
    requestCount += requests;
    const event = key.slice(key.lastIndexOf('/') + 1);
    // A second key for the same event finds it gone.
    if (wanted.get(event) === orderId) wanted.delete(event);
    else faults.push(`key ${key} of order ${orderId} was asked for by no event of Billing`);
  }
  for (const [event, orderId] of wanted) {
    faults.push(`the gateway knows nothing of event ${event} (${asked}) of order ${orderId}`);
  }
  return equation(
    name,
    side(`${asked} (Billing)`, eventCount, 'keys'),
    side(`keys (gateway), ${requestCount.toLocaleString('en-GB')} requests`, keyCount, 'keys'),
    faults,
  );
}

function chargedOnce(books: Books): Equation {
  const charged = "from gateway.charges where status = 'charged'";
  const twice = books.rows<readonly [string, number]>(
    `select order_id, count(*) ${charged} group by order_id having count(*) > 1`,
  );
  return equation(
    'No order was charged twice',
    side('charges made (gateway)', books.figure(`select count(*) ${charged}`), 'orders'),
    side('orders charged', books.figure(`select count(distinct order_id) ${charged}`), 'orders'),
    [...twice].map(([orderId, count]) => `order ${orderId} was charged ${count} times`),
  );
}
