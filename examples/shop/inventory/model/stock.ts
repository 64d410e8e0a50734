/**
 * The stock of one product. It never goes below zero, and at any time
 * on hand = initial + restocked + taken back + applied adjustments − shipped.
 *
 * Units on hand are either available or reserved for an open order. A reservation ends when its
 * order is released or shipped, and is then forgotten: the `reservation` aggregate remembers the
 * order, so that the stock of a product that sells for years stays small and quick. It is also the
 * one that takes care that nothing is reserved, shipped or taken back twice.
 *
 * A product first asked for has its initial units put on the shelf before it is looked at.
 */
import { InventoryRefusedError } from './inventory-refused.ts';
import { initialUnits, unitsToRestock, withDemand } from './restocking.ts';
import type { WeeklyDemand } from './restocking.ts';

export type StockCommand =
  | { readonly type: 'ReceiveInitial'; readonly data: { readonly productId: string } }
  | {
      readonly type: 'Restock';
      readonly data: { readonly productId: string; readonly week: number };
    }
  | {
      readonly type: 'Reserve';
      readonly data: OrderUnits & { readonly week: number };
    }
  | {
      readonly type: 'Release';
      readonly data: { readonly productId: string; readonly orderId: string };
    }
  | {
      readonly type: 'Ship';
      readonly data: { readonly productId: string; readonly orderId: string };
    }
  | {
      readonly type: 'TakeBack';
      readonly data: OrderUnits & { readonly returnId: string };
    }
  | {
      readonly type: 'Adjust';
      readonly data: {
        readonly productId: string;
        readonly adjustmentId: string;
        /** Units found (positive) or lost (negative). */
        readonly quantity: number;
      };
    };

export type StockEvent =
  | {
      readonly type: 'InitialStockReceived';
      readonly data: { readonly productId: string; readonly quantity: number };
    }
  | {
      readonly type: 'StockRestocked';
      readonly data: {
        readonly productId: string;
        readonly week: number;
        readonly quantity: number;
      };
    }
  | { readonly type: 'UnitsReserved'; readonly data: OrderUnits & { readonly week: number } }
  | {
      /** More was asked for than is available; nothing was reserved. */
      readonly type: 'UnitsFellShort';
      readonly data: {
        readonly productId: string;
        readonly orderId: string;
        readonly asked: number;
        readonly available: number;
        readonly week: number;
      };
    }
  | { readonly type: 'UnitsReleased'; readonly data: OrderUnits }
  | { readonly type: 'UnitsShipped'; readonly data: OrderUnits }
  | {
      readonly type: 'UnitsTakenBack';
      readonly data: OrderUnits & { readonly returnId: string };
    }
  | {
      /** `asked` and `applied` differ when more was to be taken than was there to take. */
      readonly type: 'StockAdjusted';
      readonly data: {
        readonly productId: string;
        readonly adjustmentId: string;
        readonly asked: number;
        readonly applied: number;
      };
    };

type OrderUnits = {
  readonly productId: string;
  readonly orderId: string;
  readonly quantity: number;
};

export type Stock = {
  readonly hasInitialStock: boolean;
  readonly onHand: number;
  /** Of those on hand, how many are reserved: the sum over the open reservations. */
  readonly reserved: number;
  /** The reservations of orders not yet shipped or released. */
  readonly open: readonly { readonly orderId: string; readonly quantity: number }[];
  /** What was asked for in the weeks the restock rule looks at, oldest first. */
  readonly demand: readonly WeeklyDemand[];
  readonly lastRestockedWeek: number | null;
};

export const initial: Stock = {
  hasInitialStock: false,
  onHand: 0,
  reserved: 0,
  open: [],
  demand: [],
  lastRestockedWeek: null,
};

export function decide(command: StockCommand, stock: Stock): StockEvent[] {
  switch (command.type) {
    case 'ReceiveInitial':
      return stock.hasInitialStock ? [] : [initialStock(command.data.productId)];
    case 'Restock':
      return restock(stock, command.data);
    case 'Reserve':
      return reserve(stock, command.data);
    case 'Release': {
      const { productId, orderId } = command.data;
      const quantity = reservedFor(stock, orderId);
      if (quantity === 0) return [];
      return [{ type: 'UnitsReleased', data: { productId, orderId, quantity } }];
    }
    case 'Ship': {
      const { productId, orderId } = command.data;
      const quantity = reservedFor(stock, orderId);
      if (quantity === 0) throw notReserved(productId, orderId);
      return [{ type: 'UnitsShipped', data: { productId, orderId, quantity } }];
    }
    case 'TakeBack':
      assertUnits(command.data.productId, command.data.quantity);
      return [{ type: 'UnitsTakenBack', data: command.data }];
    case 'Adjust':
      return adjust(stock, command.data);
  }
}

export function evolve(stock: Stock, event: StockEvent): Stock {
  switch (event.type) {
    case 'InitialStockReceived':
      return { ...stock, hasInitialStock: true, onHand: stock.onHand + event.data.quantity };
    case 'StockRestocked':
      return {
        ...stock,
        onHand: stock.onHand + event.data.quantity,
        lastRestockedWeek: event.data.week,
      };
    case 'UnitsReserved': {
      const { orderId, quantity, week } = event.data;
      return {
        ...stock,
        reserved: stock.reserved + quantity,
        open: [...stock.open, { orderId, quantity }],
        demand: withDemand(stock.demand, week, quantity),
      };
    }
    case 'UnitsFellShort': {
      const { week, asked } = event.data;
      return { ...stock, demand: withDemand(stock.demand, week, asked) };
    }
    case 'UnitsReleased':
      return closed(stock, event.data, stock.onHand);
    case 'UnitsShipped':
      return closed(stock, event.data, stock.onHand - event.data.quantity);
    case 'UnitsTakenBack':
      return { ...stock, onHand: stock.onHand + event.data.quantity };
    case 'StockAdjusted':
      return { ...stock, onHand: stock.onHand + event.data.applied };
  }
}

export function available(stock: Stock): number {
  return stock.onHand - stock.reserved;
}

type DataOf<Type extends StockCommand['type']> = Extract<StockCommand, { type: Type }>['data'];

function restock(stock: Stock, { productId, week }: DataOf<'Restock'>): StockEvent[] {
  if (stock.lastRestockedWeek !== null && week <= stock.lastRestockedWeek) return [];
  const quantity = unitsToRestock(stock.demand, week, available(stock));
  return quantity === 0 ? [] : [{ type: 'StockRestocked', data: { productId, week, quantity } }];
}

function reserve(
  stock: Stock,
  { productId, orderId, quantity, week }: DataOf<'Reserve'>,
): StockEvent[] {
  assertUnits(productId, quantity);
  const before = reservedFor(stock, orderId);
  if (before === quantity) return [];
  if (before > 0) throw reservedDifferently(productId, orderId, before, quantity);
  const first = stock.hasInitialStock ? [] : [initialStock(productId)];
  const free = available(stock) + (stock.hasInitialStock ? 0 : initialUnits);
  if (quantity <= free) {
    return [...first, { type: 'UnitsReserved', data: { productId, orderId, quantity, week } }];
  }
  const shortfall = { productId, orderId, asked: quantity, available: free, week };
  return [...first, { type: 'UnitsFellShort', data: shortfall }];
}

// What is lost can be no more than what is there, and what is promised to an order is not there.
function adjust(
  stock: Stock,
  { productId, adjustmentId, quantity }: DataOf<'Adjust'>,
): StockEvent[] {
  if (!Number.isSafeInteger(quantity)) throw notWhole(productId, quantity);
  if (quantity === 0) return [];
  const applied = quantity > 0 ? quantity : -Math.min(-quantity, available(stock));
  // Minus zero is not JSON.
  const data = { productId, adjustmentId, asked: quantity, applied: applied === 0 ? 0 : applied };
  return [{ type: 'StockAdjusted', data }];
}

function initialStock(productId: string): StockEvent {
  return { type: 'InitialStockReceived', data: { productId, quantity: initialUnits } };
}

// Few orders are open at a time, so a walk is quicker than an index kept in every state.
function reservedFor(stock: Stock, orderId: string): number {
  for (const each of stock.open) if (each.orderId === orderId) return each.quantity;
  return 0;
}

function closed(stock: Stock, { orderId, quantity }: OrderUnits, onHand: number): Stock {
  return {
    ...stock,
    onHand,
    reserved: stock.reserved - quantity,
    open: stock.open.filter((each) => each.orderId !== orderId),
  };
}

function assertUnits(productId: string, quantity: number): void {
  if (!Number.isSafeInteger(quantity) || quantity < 1) throw notWhole(productId, quantity);
}

function notWhole(productId: string, quantity: number): InventoryRefusedError {
  return new InventoryRefusedError(
    'number-not-valid',
    productId,
    `${quantity} is no number of units of product ${productId}; it must be a whole one, and only ` +
      `an adjustment may be below 1.`,
  );
}

function notReserved(productId: string, orderId: string): InventoryRefusedError {
  return new InventoryRefusedError(
    'stock-not-reserved',
    productId,
    `Nothing of product ${productId} is reserved for order ${orderId}, so nothing can be shipped.`,
  );
}

function reservedDifferently(
  productId: string,
  orderId: string,
  before: number,
  asked: number,
): InventoryRefusedError {
  return new InventoryRefusedError(
    'stock-reserved-differently',
    productId,
    `Order ${orderId} has ${before} units of product ${productId} reserved already, now ${asked} ` +
      `are asked for. Gather an order's lines of one product before reserving.`,
  );
}
