/**
 * What an order has of the shop's stock: all of its lines, or none.
 *
 * none       not asked for yet.
 * begun      each product's stock is being asked; nothing is promised.
 * waiting    at least one line could not be had, so none was taken: a back-order. It is asked for
 *            again after each restock, and given up when it has waited long enough.
 * reserved   every line is reserved, and kept until the order is shipped or released.
 * failed     an end: it was given up.
 * released   an end: the order was cancelled. One cancelled before its reservation was asked for
 *            ends here too, and nothing is reserved for it afterwards.
 * shipped    an end: the goods have left. What comes back is put on the shelf once per return.
 *
 * It remembers the order so that the stocks need not: each line reserved is given back, or leaves,
 * once.
 */
import { InventoryRefusedError } from './inventory-refused.ts';

export type ReservationLine = { readonly productId: string; readonly quantity: number };

export type MissingLine = {
  readonly productId: string;
  readonly asked: number;
  readonly available: number;
};

export type ReservationCommand =
  | { readonly type: 'BeginReservation'; readonly data: OfOrder }
  | { readonly type: 'CompleteReservation'; readonly data: WithLines }
  | { readonly type: 'BackOrder'; readonly data: OfOrder & BackOrder }
  | { readonly type: 'AskAgain'; readonly data: OfOrder }
  | { readonly type: 'GiveUp'; readonly data: OfOrder }
  | { readonly type: 'ReleaseReservation'; readonly data: OfOrder }
  | { readonly type: 'ShipReservation'; readonly data: OfOrder }
  | { readonly type: 'PutBack'; readonly data: WithLines & { readonly returnId: string } };

export type ReservationEvent =
  | { readonly type: 'ReservationBegun'; readonly data: OfOrder }
  | { readonly type: 'StockReserved'; readonly data: WithLines }
  | { readonly type: 'GoodsBackOrdered'; readonly data: OfOrder & BackOrder }
  | { readonly type: 'ReservationAskedAgain'; readonly data: OfOrder }
  | {
      readonly type: 'StockReservationFailed';
      readonly data: OfOrder & { readonly missing: readonly MissingLine[] };
    }
  /** The lines to give back to the stocks; none when nothing had been reserved. */
  | { readonly type: 'ReservationReleased'; readonly data: WithLines }
  /** The lines that have left; the stocks gave them away when they were reserved. */
  | { readonly type: 'ReservationShipped'; readonly data: WithLines }
  | { readonly type: 'GoodsPutBack'; readonly data: WithLines & { readonly returnId: string } };

export type BackOrder = {
  /** All that the order wants. */
  readonly lines: readonly ReservationLine[];
  /** What of it could not be had when it was asked for last. */
  readonly missing: readonly MissingLine[];
  readonly until: string;
};

type OfOrder = { readonly orderId: string };
type WithLines = OfOrder & { readonly lines: readonly ReservationLine[] };

export type Reservation = {
  readonly status: 'none' | 'begun' | 'waiting' | 'reserved' | 'failed' | 'released' | 'shipped';
  /** What is reserved now; empty before and after. */
  readonly lines: readonly ReservationLine[];
  /** Set while it waits, and while it is asked for again. */
  readonly backOrder: BackOrder | null;
  /** The returns put back. Each brought a unit at least, so the order's units bound them. */
  readonly returnIds: readonly string[];
};

export const initial: Reservation = { status: 'none', lines: [], backOrder: null, returnIds: [] };

export function decide(command: ReservationCommand, reservation: Reservation): ReservationEvent[] {
  const { orderId } = command.data;
  const { status } = reservation;
  switch (command.type) {
    case 'BeginReservation':
      return status === 'none' ? [{ type: 'ReservationBegun', data: { orderId } }] : [];
    case 'CompleteReservation':
      if (status === 'reserved') return [];
      if (status !== 'begun') throw notPossible(orderId, status, 'completed');
      return [{ type: 'StockReserved', data: { orderId, lines: command.data.lines } }];
    case 'BackOrder': {
      if (status === 'waiting') return [];
      if (status !== 'begun') throw notPossible(orderId, status, 'back-ordered');
      // However often it is asked for, it waits until what was said at first.
      const until = reservation.backOrder?.until ?? command.data.until;
      return [{ type: 'GoodsBackOrdered', data: { ...command.data, until } }];
    }
    case 'AskAgain':
      return status === 'waiting' ? [{ type: 'ReservationAskedAgain', data: { orderId } }] : [];
    case 'GiveUp':
      return giveUp(reservation, orderId);
    case 'ReleaseReservation':
      if (status === 'released' || status === 'failed') return [];
      if (status === 'shipped') throw notPossible(orderId, status, 'released');
      return [{ type: 'ReservationReleased', data: { orderId, lines: reservation.lines } }];
    case 'ShipReservation':
      if (status === 'shipped') return [];
      if (status !== 'reserved') throw notPossible(orderId, status, 'shipped');
      return [{ type: 'ReservationShipped', data: { orderId, lines: reservation.lines } }];
    case 'PutBack': {
      const { returnId, lines } = command.data;
      if (reservation.returnIds.includes(returnId)) return [];
      if (status !== 'reserved' && status !== 'shipped') {
        throw notPossible(orderId, status, 'put back');
      }
      return [{ type: 'GoodsPutBack', data: { orderId, returnId, lines } }];
    }
  }
}

export function evolve(reservation: Reservation, event: ReservationEvent): Reservation {
  switch (event.type) {
    case 'ReservationBegun':
    case 'ReservationAskedAgain':
      return { ...reservation, status: 'begun' };
    case 'GoodsBackOrdered': {
      const { orderId: _, ...backOrder } = event.data;
      return { ...reservation, status: 'waiting', backOrder };
    }
    case 'StockReserved':
      return { ...reservation, status: 'reserved', lines: event.data.lines, backOrder: null };
    case 'StockReservationFailed':
      return { ...reservation, status: 'failed', backOrder: null };
    case 'ReservationReleased':
      return { ...reservation, status: 'released', lines: [], backOrder: null };
    case 'ReservationShipped':
      return { ...reservation, status: 'shipped', lines: [] };
    case 'GoodsPutBack':
      return { ...reservation, returnIds: [...reservation.returnIds, event.data.returnId] };
  }
}

function giveUp({ status, backOrder }: Reservation, orderId: string): ReservationEvent[] {
  // Asked for again at this moment: when it must wait once more, it is given up then.
  if (status !== 'waiting' || backOrder === null) return [];
  return [{ type: 'StockReservationFailed', data: { orderId, missing: backOrder.missing } }];
}

/** An order's lines with each product named once, as its stock is asked for it once. */
export function linesByProduct(lines: readonly ReservationLine[]): ReservationLine[] {
  const units = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    units.set(productId, (units.get(productId) ?? 0) + quantity);
  }
  return [...units].map(([productId, quantity]) => ({ productId, quantity }));
}

function notPossible(
  orderId: string,
  status: Reservation['status'],
  outcome: string,
): InventoryRefusedError {
  const code =
    status === 'none'
      ? 'reservation-not-begun'
      : status === 'begun' || status === 'waiting'
        ? 'reservation-not-made'
        : 'reservation-ended';
  return new InventoryRefusedError(
    code,
    orderId,
    `The reservation of order ${orderId} is "${status}" and cannot be ${outcome}.`,
  );
}
