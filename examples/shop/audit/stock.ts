/** Stock: never below zero, all of it accounted for, and none of it promised to an ended order. */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';
import { unitsOf, type Reservations, type ReservedLine } from './reservations.ts';
import { hasEnded, type Sale } from './sales.ts';
import { foldShelves, type Shelf, type Shelves } from './shelves.ts';

export function auditStock(
  books: Books,
  sales: ReadonlyMap<string, Sale>,
  { held, shipped: left, backOrders }: Reservations,
): Equation[] {
  const folded = foldShelves(books);
  return [
    belowZero(folded),
    onHand(books, folded.shelves, { held: byProduct(held), left: byProduct(left) }),
    reserved(folded.shelves, sales, { held, left }),
    whileWaiting(folded, backOrders),
    countedOnce(folded),
    shipped(books, new Map([...left].map(([orderId, lines]) => [orderId, unitsOf(lines)]))),
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

/** All lines or none: whoever must wait for one of them takes the others from nobody. */
function whileWaiting(
  { waits, takenWhileWaiting, givenTo }: Shelves,
  backOrders: Reservations['backOrders'],
): Equation {
  const faults = [...takenWhileWaiting];
  for (const [orderId, { endedAt }] of backOrders) {
    const units = givenTo.get(orderId) ?? 0;
    if (endedAt === undefined && units !== 0)
      faults.push(`order ${orderId}: waits, and has ${units} units`);
  }
  return equation(
    'Nothing is reserved for an order that waits',
    side('times that an order had to wait', waits, 'records'),
    side('with nothing taken for it', waits - faults.length, 'records'),
    faults,
  );
}

/** Asked for again and again, a want is a demand once: the restock goes by it. */
function countedOnce({ counted }: Shelves): Equation {
  const faults: string[] = [];
  let times = 0;
  for (const [want, count] of counted) {
    times += count;
    if (count !== 1) faults.push(`order ${want}: was counted ${count} times`);
  }
  return equation(
    'What an order wants is a demand once',
    side('orders and products asked for', counted.size, 'records'),
    side('times they were counted', times, 'records'),
    faults,
  );
}

/** Units of something by product. */
type ByProduct = ReadonlyMap<string, number>;

function onHand(
  books: Books,
  shelves: ReadonlyMap<string, Shelf>,
  { held, left }: { readonly held: ByProduct; readonly left: ByProduct },
): Equation {
  const available = availableTold(books);
  const faults: string[] = [];
  let here = 0;
  let moved = 0;
  for (const productId of new Set([...shelves, ...available, ...held, ...left].map(([id]) => id))) {
    const one = (available.get(productId) ?? 0) + (held.get(productId) ?? 0);
    const other = broughtIn(shelves.get(productId)) - (left.get(productId) ?? 0);
    here += one;
    moved += other;
    if (one !== other) faults.push(`product ${productId}: ${one} on hand, the log makes ${other}`);
    if (other < 0) faults.push(`product ${productId}: ${-other} more left than ever came`);
  }
  return equation(
    'On hand = initial + restocked + returned + adjusted − shipped',
    side('available, as the shop shows it, and reserved', here, 'units'),
    side('all that came and went (log)', moved, 'units'),
    faults,
  );
}

function broughtIn(shelf: Shelf | undefined): number {
  if (shelf === undefined) return 0;
  return shelf.initial + shelf.restocked + shelf.returned + shelf.adjusted;
}

/** What the shop tells of its stock: Inventory's read model. */
function availableTold(books: Books): ByProduct {
  return new Map(
    books.rows<readonly [string, number]>(
      `select key, text ->> 'available' from inventory."documents:stock-levels@1"`,
    ),
  );
}

type Lines = ReadonlyMap<string, readonly ReservedLine[]>;

function byProduct(orders: Lines): ByProduct {
  const units = new Map<string, number>();
  for (const lines of orders.values()) {
    for (const { productId, quantity } of lines) {
      units.set(productId, (units.get(productId) ?? 0) + quantity);
    }
  }
  return units;
}

/** Both the stocks and the reservations are asked; what a stock gave to an order must have left. */
function reserved(
  shelves: ReadonlyMap<string, Shelf>,
  sales: ReadonlyMap<string, Sale>,
  { held, left }: { readonly held: Lines; readonly left: Lines },
): Equation {
  const isOpen = (orderId: string): boolean => {
    const sale = sales.get(orderId);
    return sale !== undefined && !hasEnded(sale);
  };
  const faults: string[] = [];
  for (const [orderId, lines] of held) {
    if (isOpen(orderId)) continue;
    faults.push(`order ${orderId} ended, and its reservation holds ${unitsOf(lines)} units`);
  }
  const kept = new Map<string, number>();
  const keep = (orderId: string, productId: string, units: number): void => {
    const key = `${orderId}, product ${productId}`;
    if (!isOpen(orderId)) kept.set(key, (kept.get(key) ?? 0) + units);
  };
  for (const { productId, givenTo } of shelves.values()) {
    for (const [orderId, units] of givenTo) keep(orderId, productId, units);
  }
  for (const [orderId, lines] of left) {
    for (const { productId, quantity } of lines) keep(orderId, productId, -quantity);
  }
  let forEnded = 0;
  for (const [key, units] of kept) {
    if (units === 0) continue;
    forEnded += Math.abs(units);
    faults.push(`order ${key}: reserved and shipped differ by ${units}, and it ended`);
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
