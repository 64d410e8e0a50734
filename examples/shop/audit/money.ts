/**
 * Money, told by three: Ordering knows what was sold, Billing what it was told of the charges, the
 * gateway what it did. They must say the same of each order, to the penny.
 */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';
import type { Sale } from './sales.ts';

type PenceByOrder = ReadonlyMap<string, number>;

export function auditMoney(books: Books, sales: ReadonlyMap<string, Sale>): Equation[] {
  const sold = new Map([...sales].map(([orderId, sale]) => [orderId, worthOf(sale)]));
  const billed = billedPence(books);
  const gateway = gatewayPence(books);
  return [
    inAll(
      'Money charged − refunded = confirmed − returned',
      { says: 'charged − refunded (Billing)', pence: billed },
      { says: 'confirmed − returned (Ordering)', pence: sold },
    ),
    byOrder('The same of every single order', sold, { Ordering: sold, Billing: billed }),
    inAll(
      'The gateway’s own file says the same',
      { says: 'charged − refunded (gateway)', pence: gateway },
      { says: 'charged − refunded (Billing)', pence: billed },
    ),
    byOrder('The gateway, order by order', sold, { Billing: billed, 'the gateway': gateway }),
  ];
}

/** What is to be kept for it: nothing for a cancelled order, even if it was confirmed before. */
function worthOf(sale: Sale): number {
  const isSold = sale.confirmed > 0 && sale.cancelled === 0;
  return (isSold ? sale.totalPence : 0) - sale.returnedPence;
}

function billedPence(books: Books): PenceByOrder {
  return new Map(
    books.rows<readonly [string, number]>(`
      select data ->> 'orderId',
        sum(iif(type = 'PaymentCompleted', 1, -1) * (data ->> 'amountPence'))
      from billing.log
      where direction = 'domain' and type in ('PaymentCompleted', 'PaymentRefunded')
      group by 1`),
  );
}

function gatewayPence(books: Books): PenceByOrder {
  return new Map(
    books.rows<readonly [string, number]>(`
      select order_id, sum(pence) from (
        select order_id, amount_pence as pence from gateway.charges where status = 'charged'
        union all
        select order_id, -amount_pence from gateway.refunds where status = 'refunded'
      ) group by order_id`),
  );
}

type Told = { readonly says: string; readonly pence: PenceByOrder };

function inAll(name: string, left: Told, right: Told): Equation {
  return equation(
    name,
    side(left.says, total(left.pence), 'pence'),
    side(right.says, total(right.pence), 'pence'),
  );
}

/** An order that one of them does not know has moved no money there. */
function byOrder(
  name: string,
  orders: ReadonlyMap<string, unknown>,
  told: Readonly<Record<string, PenceByOrder>>,
): Equation {
  const orderIds = new Set(orders.keys());
  for (const pence of Object.values(told)) for (const id of pence.keys()) orderIds.add(id);
  const faults: string[] = [];
  for (const orderId of orderIds) {
    const figures = Object.entries(told).map(([who, pence]) => [who, pence.get(orderId) ?? 0]);
    if (new Set(figures.map(([, pence]) => pence)).size === 1) continue;
    const said = figures.map(([who, pence]) => `${who} says ${pence} pence`);
    faults.push(`order ${orderId}: ${said.join(', ')}`);
  }
  return equation(
    name,
    side('orders', orderIds.size, 'orders'),
    side('that balance to the penny', orderIds.size - faults.length, 'orders'),
    faults,
  );
}

function total(pence: PenceByOrder): number {
  let sum = 0;
  for (const amount of pence.values()) sum += amount;
  return sum;
}
