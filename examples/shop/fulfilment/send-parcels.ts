/** Sends and stops parcels, as Ordering tells of their orders. */
import { notYet, whenever, type EventOf, type Tools } from 'thereupon';
import { CancellationRequested, OrderCancelled, OrderConfirmed } from '../ordering/contracts.ts';
import { addressees } from './addressees.ts';
import { shipment } from './aggregates.ts';
import { addressLabel, guestLabel } from './model/addressee.ts';
import { FulfilmentRefusedError } from './model/fulfilment-refused.ts';

/** One reaction, so that of one order all is heard in order: nothing is sent after it was stopped. */
export const sendParcels = whenever(
  'send parcels',
  [OrderConfirmed, CancellationRequested, OrderCancelled],
  (event, tools) => {
    if (event.type === 'ordering.OrderConfirmed') return send(event.data, tools);
    const { orderId } = event.data;
    return tools.handle(shipment, orderId, { type: 'StopShipment', data: { orderId } });
  },
  { ifRefused: unlessShipped },
);

async function send(
  { orderId, customerId, country, units }: EventOf<typeof OrderConfirmed>['data'],
  tools: Tools,
) {
  const address = customerId === null ? guestLabel(country) : await addressOf(customerId, tools);
  if (address === undefined) return notYet(`no address of customer ${customerId}`);
  return tools.handle(shipment, orderId, { type: 'Ship', data: { orderId, address, units } });
}

async function addressOf(customerId: string, { read }: Tools): Promise<string | undefined> {
  const addressee = await read(addressees).get(customerId);
  return addressee && addressLabel(addressee);
}

// Who cancels too late hears it from `OrderShipped`, which is on its way.
function unlessShipped(refusal: unknown): void {
  const isShipped =
    refusal instanceof FulfilmentRefusedError && refusal.code === 'shipment-already-shipped';
  if (!isShipped) throw refusal;
}
