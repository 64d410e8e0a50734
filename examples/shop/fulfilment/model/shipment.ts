/**
 * The parcel of one order. Whether it left or was stopped is decided here and nowhere else, so that
 * an order is never both shipped and cancelled.
 *
 * none      nothing is known of it.
 * prepared  the order was placed; its goods are listed, waiting for the word to send them.
 * shipped   an end: it has left, and cannot be stopped any more.
 * stopped   the other end: it will never leave.
 */
import { FulfilmentRefusedError } from './fulfilment-refused.ts';

export type ParcelLine = { readonly productId: string; readonly quantity: number };

export type ShipmentCommand =
  | { readonly type: 'PrepareShipment'; readonly data: Prepared }
  | { readonly type: 'Ship'; readonly data: OfOrder & { readonly address: string } }
  | { readonly type: 'StopShipment'; readonly data: OfOrder };

export type ShipmentEvent =
  | { readonly type: 'ShipmentPrepared'; readonly data: Prepared }
  | {
      readonly type: 'OrderShipped';
      readonly data: OfOrder & { readonly address: string; readonly units: number };
    }
  | { readonly type: 'ShipmentStopped'; readonly data: OfOrder };

type OfOrder = { readonly orderId: string };
type Prepared = OfOrder & {
  /** Null for a guest. */
  readonly customerId: string | null;
  readonly country: string;
  readonly lines: readonly ParcelLine[];
};

export type Shipment = {
  readonly status: 'none' | 'prepared' | 'shipped' | 'stopped';
  readonly customerId: string | null;
  readonly country: string;
  readonly lines: readonly ParcelLine[];
};

export const initial: Shipment = { status: 'none', customerId: null, country: '', lines: [] };

export function decide(command: ShipmentCommand, shipment: Shipment): ShipmentEvent[] {
  const { orderId } = command.data;
  switch (command.type) {
    case 'PrepareShipment': {
      if (shipment.status !== 'none') return [];
      const { customerId, country, lines } = command.data;
      return [{ type: 'ShipmentPrepared', data: { orderId, customerId, country, lines } }];
    }
    case 'Ship': {
      if (shipment.status === 'shipped') return [];
      if (shipment.status === 'none') throw notPrepared(orderId);
      if (shipment.status === 'stopped') throw stopped(orderId);
      const { address } = command.data;
      const units = shipment.lines.reduce((total, line) => total + line.quantity, 0);
      return [{ type: 'OrderShipped', data: { orderId, address, units } }];
    }
    case 'StopShipment':
      if (shipment.status === 'stopped') return [];
      if (shipment.status === 'shipped') throw alreadyShipped(orderId);
      return [{ type: 'ShipmentStopped', data: { orderId } }];
  }
}

export function evolve(shipment: Shipment, event: ShipmentEvent): Shipment {
  switch (event.type) {
    case 'ShipmentPrepared': {
      const { customerId, country, lines } = event.data;
      return { status: 'prepared', customerId, country, lines };
    }
    case 'OrderShipped':
      return { ...shipment, status: 'shipped' };
    case 'ShipmentStopped':
      return { ...shipment, status: 'stopped' };
  }
}

function notPrepared(orderId: string): FulfilmentRefusedError {
  return new FulfilmentRefusedError(
    'shipment-not-prepared',
    orderId,
    `What order ${orderId} holds is not known yet; wait until it is.`,
  );
}

function stopped(orderId: string): FulfilmentRefusedError {
  return new FulfilmentRefusedError(
    'shipment-stopped',
    orderId,
    `The shipment of order ${orderId} was stopped; it will not be sent.`,
  );
}

function alreadyShipped(orderId: string): FulfilmentRefusedError {
  return new FulfilmentRefusedError(
    'shipment-already-shipped',
    orderId,
    `Order ${orderId} has been shipped and cannot be stopped any more.`,
  );
}
