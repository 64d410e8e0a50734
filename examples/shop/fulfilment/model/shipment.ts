/**
 * The parcel of one order. Whether it left or was stopped is decided here and nowhere else, so that
 * an order is never both shipped and cancelled.
 *
 * none      nobody has asked for it yet.
 * shipped   an end: it has left, and cannot be stopped any more.
 * stopped   the other end: it will never leave, even if it is asked for afterwards.
 */
import { FulfilmentRefusedError } from './fulfilment-refused.ts';

export type ShipmentCommand =
  | { readonly type: 'Ship'; readonly data: Parcel }
  | { readonly type: 'StopShipment'; readonly data: { readonly orderId: string } };

export type ShipmentEvent =
  | { readonly type: 'OrderShipped'; readonly data: Parcel }
  | { readonly type: 'ShipmentStopped'; readonly data: { readonly orderId: string } };

type Parcel = {
  readonly orderId: string;
  /** What is written on it. */
  readonly address: string;
  readonly units: number;
};

export type Shipment = { readonly status: 'none' | 'shipped' | 'stopped' };

export const initial: Shipment = { status: 'none' };

export function decide(command: ShipmentCommand, shipment: Shipment): ShipmentEvent[] {
  const { orderId } = command.data;
  switch (command.type) {
    case 'Ship':
      if (shipment.status === 'shipped') return [];
      if (shipment.status === 'stopped') throw stopped(orderId);
      return [{ type: 'OrderShipped', data: command.data }];
    case 'StopShipment':
      if (shipment.status === 'stopped') return [];
      if (shipment.status === 'shipped') throw alreadyShipped(orderId);
      return [{ type: 'ShipmentStopped', data: { orderId } }];
  }
}

export function evolve(_: Shipment, event: ShipmentEvent): Shipment {
  return { status: event.type === 'OrderShipped' ? 'shipped' : 'stopped' };
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
