/** Stock: never below zero, all of it accounted for, and none of it promised to an ended order. */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';
import { hasEnded, type Sale } from './sales.ts';
import { foldShelves, type Shelf, type Shelves } from './shelves.ts';

export function auditStock(books: Books, sales: ReadonlyMap<string, Sale>): Equation[] {
  const folded = foldShelves(books);
  return [
    belowZero(folded),
    onHand(books, folded.shelves),
    reserved(folded.shelves, sales),
    shipped(books, folded.shippedByOrder),
    returned(books, folded.returnedByReturn),
  ];
}

function belowZero({ belowZero: faults }: Shelves): Equation {
  return equation(
    'No stock was ever below zero',
    side('moments with less than nothing', faults.length, 'records'),
    side('should be', 0, 'records'),
    faults,
  );
}

function onHand(books: Books, shelves: ReadonlyMap<string, Shelf>): Equation {
  const told = stockTold(books);
  const faults: string[] = [];
  let computed = 0;
  for (const shelf of shelves.values()) {
    const { productId, initial, restocked, returned: back, adjusted, shipped: gone } = shelf;
    const right = initial + restocked + back + adjusted - gone;
    computed += right;
    const left = told.get(productId) ?? 0;
    if (left !== right)
      faults.push(`product ${productId}: ${left} on hand, the log makes ${right}`);
  }
  for (const [productId, units] of told) {
    if (!shelves.has(productId))
      faults.push(`product ${productId}: ${units} on hand, without events`);
  }
  let left = 0;
  for (const units of told.values()) left += units;
  return equation(
    'On hand = initial + restocked + returned + adjusted − shipped',
    side('on hand, as the shop shows it', left, 'units'),
    side('all that came and went (log)', computed, 'units'),
    faults,
  );
}

/** What the shop tells of its stock: Inventory's read model. */
function stockTold(books: Books): ReadonlyMap<string, number> {
  return new Map(
    books.rows<readonly [string, number]>(
      `select key, text ->> 'onHand' from inventory."documents:stock-levels@1"`,
    ),
  );
}

function reserved(shelves: ReadonlyMap<string, Shelf>, sales: ReadonlyMap<string, Sale>): Equation {
  const faults: string[] = [];
  let forEnded = 0;
  for (const { productId, open } of shelves.values()) {
    for (const [orderId, quantity] of open) {
      const sale = sales.get(orderId);
      if (sale !== undefined && !hasEnded(sale)) continue;
      forEnded += quantity;
      faults.push(`product ${productId}: ${quantity} reserved for order ${orderId}, which ended`);
    }
  }
  return equation(
    'Nothing is reserved for an order that ended',
    side('reserved for ended orders', forEnded, 'units'),
    side('should be', 0, 'units'),
    faults,
  );
}

function shipped(books: Books, inventory: ReadonlyMap<string, number>): Equation {
  const fulfilment = new Map(
    books.rows<readonly [string, number]>(`
      select data ->> 'orderId', sum(data ->> 'units') from fulfilment.log
      where stream >= 'shipment/' and stream < 'shipment0' and type = 'OrderShipped'
      group by 1`),
  );
  return sameUnits('Units that left the shelves left in parcels', 'order', [
    { says: 'shipped (Inventory)', units: inventory },
    { says: 'in parcels (Fulfilment)', units: fulfilment },
  ]);
}

function returned(books: Books, inventory: ReadonlyMap<string, number>): Equation {
  const ordering = new Map(
    books.rows<readonly [string, number]>(`
      select concat(log.data ->> 'orderId', ' ', log.data ->> 'returnId', ' ', line.value ->> 'productId'),
        sum(line.value ->> 'quantity')
      from ordering.log, json_each(log.data, '$.lines') as line
      where direction = 'domain' and log.type = 'GoodsReturned'
      group by 1`),
  );
  return sameUnits('Units that came back are on the shelves', 'order, return and product', [
    { says: 'taken back (Inventory)', units: inventory },
    { says: 'returned (Ordering)', units: ordering },
  ]);
}

type Told = { readonly says: string; readonly units: ReadonlyMap<string, number> };

function sameUnits(name: string, of: string, [left, right]: readonly [Told, Told]): Equation {
  const faults: string[] = [];
  for (const key of new Set([...left.units.keys(), ...right.units.keys()])) {
    const one = left.units.get(key) ?? 0;
    const other = right.units.get(key) ?? 0;
    if (one !== other) faults.push(`${of} ${key}: ${one} ${left.says}, ${other} ${right.says}`);
  }
  return equation(
    name,
    side(left.says, total(left.units), 'units'),
    side(right.says, total(right.units), 'units'),
    faults,
  );
}

function total(units: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const quantity of units.values()) sum += quantity;
  return sum;
}
