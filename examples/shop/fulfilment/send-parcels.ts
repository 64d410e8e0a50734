/** Prepares, sends and stops parcels, as Ordering tells of their orders. */
import { notYet, whenever, type Tools } from 'thereupon';
import {
  CancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
} from '../ordering/contracts.ts';
import { addressees } from './addressees.ts';
import { shipment } from './aggregates.ts';
import { addressLabel, guestLabel } from './model/addressee.ts';
import { FulfilmentRefusedError } from './model/fulfilment-refused.ts';
import { parcels } from './parcels.ts';

/** One reaction, so that of one order all is heard in order: nothing is sent after it was stopped. */
export const sendParcels = whenever(
  'send parcels',
  [OrderPlaced, OrderConfirmed, CancellationRequested, OrderCancelled],
  (event, tools) => {
    const { orderId } = event.data;
    switch (event.type) {
      case 'ordering.OrderPlaced': {
        const { customerId, country, lines } = event.data;
        const data = { orderId, customerId, country, lines };
        return tools.handle(shipment, orderId, { type: 'PrepareShipment', data });
      }
      case 'ordering.OrderConfirmed':
        return send(orderId, tools);
      case 'ordering.CancellationRequested':
      case 'ordering.OrderCancelled':
        return tools.handle(shipment, orderId, { type: 'StopShipment', data: { orderId } });
    }
  },
  { ifRefused: unlessShipped },
);

async function send(orderId: string, tools: Tools) {
  const parcel = await tools.read(parcels).get(orderId);
  if (parcel === undefined) return notYet(`nothing is known of what order ${orderId} holds`);
  const address = await addressFor(parcel, tools);
  if (address === undefined) return notYet(`no address of customer ${parcel.customerId}`);
  return tools.handle(shipment, orderId, { type: 'Ship', data: { orderId, address } });
}

async function addressFor(
  { customerId, country }: { readonly customerId: string | null; readonly country: string },
  { read }: Tools,
): Promise<string | undefined> {
  if (customerId === null) return guestLabel(country);
  const addressee = await read(addressees).get(customerId);
  return addressee && addressLabel(addressee);
}

// Who cancels too late hears it from `OrderShipped`, which is on its way.
function unlessShipped(refusal: unknown): void {
  const isShipped =
    refusal instanceof FulfilmentRefusedError && refusal.code === 'shipment-already-shipped';
  if (!isShipped) throw refusal;
}
