/**
 * Every product's stock, folded anew from the events of Inventory's log in their order, by nothing
 * but additions: what is on the shelf, and what of it is promised to which order.
 */
import type { Books } from './books.ts';

export type Shelf = {
  readonly productId: string;
  initial: number;
  restocked: number;
  returned: number;
  adjusted: number;
  shipped: number;
  onHand: number;
  reserved: number;
  /** What is promised, by order. */
  readonly open: Map<string, number>;
};

export type Shelves = {
  readonly shelves: ReadonlyMap<string, Shelf>;
  /** Units that left, by order. */
  readonly shippedByOrder: ReadonlyMap<string, number>;
  /** Units that came back, by `order return product`. */
  readonly returnedByReturn: ReadonlyMap<string, number>;
  /** Each moment at which more was gone or promised than there was. */
  readonly belowZero: readonly string[];
};

type Units = {
  readonly productId: string;
  readonly orderId: string;
  readonly returnId: string;
  readonly quantity: number;
  readonly applied: number;
};

export function foldShelves(books: Books): Shelves {
  const shelves = new Map<string, Shelf>();
  const shippedByOrder = new Map<string, number>();
  const returnedByReturn = new Map<string, number>();
  const belowZero: string[] = [];
  // Through the whole log once: faster than by any index, and in the order in which it happened.
  const rows = books.rows<readonly [string, string, string, number]>(`
    select substr(stream, length('stock/') + 1), type, data, position
    from inventory.log not indexed
    where direction = 'domain' and stream >= 'stock/' and stream < 'stock0'
    order by position`);
  for (const [productId, type, data, position] of rows) {
    const shelf = shelfOf(shelves, productId);
    const units = JSON.parse(data) as Units;
    apply(shelf, type, units);
    if (type === 'UnitsShipped') add(shippedByOrder, units.orderId, units.quantity);
    if (type === 'UnitsTakenBack') {
      add(returnedByReturn, `${units.orderId} ${units.returnId} ${productId}`, units.quantity);
    }
    if (shelf.onHand < 0 || shelf.reserved < 0 || shelf.reserved > shelf.onHand) {
      belowZero.push(
        `product ${productId}: ${shelf.onHand} on hand, ${shelf.reserved} reserved after record ` +
          `${position} (${type})`,
      );
    }
  }
  return { shelves, shippedByOrder, returnedByReturn, belowZero };
}

function apply(shelf: Shelf, type: string, units: Units): void {
  switch (type) {
    case 'InitialStockReceived':
      shelf.initial += units.quantity;
      shelf.onHand += units.quantity;
      return;
    case 'StockRestocked':
      shelf.restocked += units.quantity;
      shelf.onHand += units.quantity;
      return;
    case 'StockAdjusted':
      shelf.adjusted += units.applied;
      shelf.onHand += units.applied;
      return;
    case 'UnitsTakenBack':
      shelf.returned += units.quantity;
      shelf.onHand += units.quantity;
      return;
    case 'UnitsReserved':
      promise(shelf, units.orderId, units.quantity);
      return;
    case 'UnitsReleased':
      promise(shelf, units.orderId, -units.quantity);
      return;
    case 'UnitsShipped':
      promise(shelf, units.orderId, -units.quantity);
      shelf.shipped += units.quantity;
      shelf.onHand -= units.quantity;
      return;
    default:
      // What fell short has moved nothing.
      return;
  }
}

function promise(shelf: Shelf, orderId: string, quantity: number): void {
  shelf.reserved += quantity;
  const left = (shelf.open.get(orderId) ?? 0) + quantity;
  if (left === 0) shelf.open.delete(orderId);
  else shelf.open.set(orderId, left);
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
    shipped: 0,
    onHand: 0,
    reserved: 0,
    open: new Map(),
  };
  shelves.set(productId, shelf);
  return shelf;
}

function add(sums: Map<string, number>, key: string, quantity: number): void {
  sums.set(key, (sums.get(key) ?? 0) + quantity);
}
