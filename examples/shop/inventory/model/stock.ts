/**
 * The available stock of one product: what lies on the shelf and is promised to nobody. It never
 * goes below zero.
 *
 * Units reserved for an order leave what is available at once; that they leave the house later
 * changes nothing here. The `reservation` aggregate remembers what an order holds, says when it is
 * shipped, and takes care that nothing is reserved, released, shipped or taken back twice. So the
 * stock of a product that sells for years stays small and quick. Of all products together
 *
 *     on hand = available + reserved = initial + restocked + taken back + adjusted − shipped
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
      readonly data: OrderUnits & Counted;
    }
  | { readonly type: 'Release'; readonly data: OrderUnits }
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
  | { readonly type: 'UnitsReserved'; readonly data: OrderUnits & Counted }
  | {
      /** More was asked for than is available; nothing was reserved. */
      readonly type: 'UnitsFellShort';
      readonly data: Counted & {
        readonly productId: string;
        readonly orderId: string;
        readonly asked: number;
        readonly available: number;
      };
    }
  | { readonly type: 'UnitsReleased'; readonly data: OrderUnits }
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

/** The week whose demand it is; null when the same want was counted before. */
type Counted = { readonly week: number | null };

export type Stock = {
  readonly hasInitialStock: boolean;
  /** Units on the shelf that are reserved for no order. */
  readonly available: number;
  /** What was asked for in the weeks the restock rule looks at, oldest first. */
  readonly demand: readonly WeeklyDemand[];
  readonly lastRestockedWeek: number | null;
};

export const initial: Stock = {
  hasInitialStock: false,
  available: 0,
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
    case 'Release':
      assertUnits(command.data.productId, command.data.quantity);
      return [{ type: 'UnitsReleased', data: command.data }];
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
      return { ...moved(stock, event.data.quantity), hasInitialStock: true };
    case 'StockRestocked':
      return { ...moved(stock, event.data.quantity), lastRestockedWeek: event.data.week };
    case 'UnitsReserved': {
      const { quantity, week } = event.data;
      return counted(moved(stock, -quantity), week, quantity);
    }
    case 'UnitsFellShort': {
      const { week, asked } = event.data;
      return counted(stock, week, asked);
    }
    case 'UnitsReleased':
    case 'UnitsTakenBack':
      return moved(stock, event.data.quantity);
    case 'StockAdjusted':
      return moved(stock, event.data.applied);
  }
}

type DataOf<Type extends StockCommand['type']> = Extract<StockCommand, { type: Type }>['data'];

function restock(stock: Stock, { productId, week }: DataOf<'Restock'>): StockEvent[] {
  if (stock.lastRestockedWeek !== null && week <= stock.lastRestockedWeek) return [];
  const quantity = unitsToRestock(stock.demand, week, stock.available);
  return quantity === 0 ? [] : [{ type: 'StockRestocked', data: { productId, week, quantity } }];
}

function reserve(
  stock: Stock,
  { productId, orderId, quantity, week }: DataOf<'Reserve'>,
): StockEvent[] {
  assertUnits(productId, quantity);
  const first = stock.hasInitialStock ? [] : [initialStock(productId)];
  const free = stock.available + (stock.hasInitialStock ? 0 : initialUnits);
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
  const applied = quantity > 0 ? quantity : -Math.min(-quantity, stock.available);
  // Minus zero is not JSON.
  const data = { productId, adjustmentId, asked: quantity, applied: applied === 0 ? 0 : applied };
  return [{ type: 'StockAdjusted', data }];
}

function initialStock(productId: string): StockEvent {
  return { type: 'InitialStockReceived', data: { productId, quantity: initialUnits } };
}

function counted(stock: Stock, week: number | null, asked: number): Stock {
  return week === null ? stock : { ...stock, demand: withDemand(stock.demand, week, asked) };
}

function moved(stock: Stock, units: number): Stock {
  return { ...stock, available: stock.available + units };
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
