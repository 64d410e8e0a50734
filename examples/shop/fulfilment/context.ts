/** Fulfilment: parcels, and where they go. Whether one has left is decided here. */
import { boundedContext, publish } from 'thereupon';
import { addressees } from './addressees.ts';
import { shipment } from './aggregates.ts';
import { OrderShipped, ShipmentStopped } from './contracts.ts';
import { sendParcels } from './send-parcels.ts';

export const fulfilment = boundedContext('fulfilment', {
  aggregates: [shipment],
  publishes: [
    publish(OrderShipped, shipment, 'OrderShipped', ({ data: { orderId } }) => ({ orderId })),
    publish(ShipmentStopped, shipment, 'ShipmentStopped', (event) => event.data),
  ],
  reactions: [sendParcels],
  readModels: [addressees],
});
