/**
 * Every product's stock, folded anew from the events of Inventory's log in their order, by nothing
 * but additions: what came to the shelf, what of it is available, and what was given to which order.
 */
import type { Books } from './books.ts';

export type Shelf = {
  readonly productId: string;
  initial: number;
  restocked: number;
  returned: number;
  adjusted: number;
  available: number;
  /** What was reserved and not given back, by order: it is kept for the order, or has left. */
  readonly givenTo: Map<string, number>;
};

export type Shelves = {
  readonly shelves: ReadonlyMap<string, Shelf>;
  /** Units that came back, by `order return product`. */
  readonly returnedByReturn: ReadonlyMap<string, number>;
  /** How often an order had to wait, and each time something was taken for it all the same. */
  readonly waits: number;
  readonly takenWhileWaiting: readonly string[];
  /** Units of all products together that an order has or had, and did not give back. */
  readonly givenTo: ReadonlyMap<string, number>;
  /** How often what an order wants of a product counted as demand, by `order, product`. */
  readonly counted: ReadonlyMap<string, number>;
  /** Each moment at which more was given away than there was. */
  readonly belowZero: readonly string[];
};

type Units = {
  readonly productId: string;
  readonly orderId: string;
  readonly returnId: string;
  readonly quantity: number;
  readonly applied: number;
  readonly week: number | null;
};

export function foldShelves(books: Books): Shelves {
  const folding: Folding = {
    shelves: new Map(),
    returnedByReturn: new Map(),
    counted: new Map(),
    givenTo: new Map(),
    belowZero: [],
    waits: 0,
    takenWhileWaiting: [],
  };
  // Through the whole log once: faster than by any index, and in the order in which it happened.
  const rows = books.rows<readonly [string, string, string, number]>(`
    select stream, type, data, position
    from inventory.log not indexed
    where direction = 'domain'
      and (stream >= 'stock/' and stream < 'stock0' or type = 'GoodsBackOrdered')
    order by position`);
  for (const [stream, type, data, position] of rows) {
    const units = JSON.parse(data) as Units;
    if (type === 'GoodsBackOrdered') wait(folding, units.orderId, position);
    else move(folding, stream.slice('stock/'.length), { type, units, position });
  }
  return folding;
}

type Folding = {
  -readonly [Field in keyof Shelves]: Shelves[Field] extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Value>
    : Shelves[Field] extends readonly string[]
      ? string[]
      : Shelves[Field];
};

function wait(folding: Folding, orderId: string, position: number): void {
  folding.waits += 1;
  const units = folding.givenTo.get(orderId) ?? 0;
  if (units === 0) return;
  folding.takenWhileWaiting.push(
    `order ${orderId}: had to wait (record ${position}), and had ${units} units`,
  );
}

function move(
  folding: Folding,
  productId: string,
  { type, units, position }: { readonly type: string; units: Units; position: number },
): void {
  const shelf = shelfOf(folding.shelves, productId);
  const availableBefore = shelf.available;
  apply(shelf, type, units);
  const { orderId, returnId, quantity } = units;
  if (type === 'UnitsTakenBack') {
    add(folding.returnedByReturn, `${orderId} ${returnId} ${productId}`, quantity);
  }
  if (type === 'UnitsReserved' || type === 'UnitsReleased') {
    add(folding.givenTo, orderId, availableBefore - shelf.available);
  }
  if (type === 'UnitsReserved' || type === 'UnitsFellShort') {
    add(folding.counted, `${orderId}, product ${productId}`, units.week === null ? 0 : 1);
  }
  if (shelf.available >= 0) return;
  folding.belowZero.push(
    `product ${productId}: ${shelf.available} available after record ${position} (${type})`,
  );
}

function apply(shelf: Shelf, type: string, units: Units): void {
  switch (type) {
    case 'InitialStockReceived':
      shelf.initial += units.quantity;
      shelf.available += units.quantity;
      return;
    case 'StockRestocked':
      shelf.restocked += units.quantity;
      shelf.available += units.quantity;
      return;
    case 'StockAdjusted':
      shelf.adjusted += units.applied;
      shelf.available += units.applied;
      return;
    case 'UnitsTakenBack':
      shelf.returned += units.quantity;
      shelf.available += units.quantity;
      return;
    case 'UnitsReserved':
      give(shelf, units.orderId, units.quantity);
      return;
    case 'UnitsReleased':
      give(shelf, units.orderId, -units.quantity);
      return;
    default:
      // What fell short has moved nothing.
      return;
  }
}

function give(shelf: Shelf, orderId: string, quantity: number): void {
  shelf.available -= quantity;
  add(shelf.givenTo, orderId, quantity);
}

function shelfOf(shelves: Map<string, Shelf>, productId: string): Shelf {
  const known = shelves.get(productId);
  if (known !== undefined) return known;
  const shelf: Shelf = {
    productId,
    initial: 0,
    restocked: 0,
    returned: 0,
    adjusted: 0,
    available: 0,
    givenTo: new Map(),
  };
  shelves.set(productId, shelf);
  return shelf;
}

function add(sums: Map<string, number>, key: string, quantity: number): void {
  sums.set(key, (sums.get(key) ?? 0) + quantity);
}
