/** All that others may know of parcels: that one has left, or never will. */
import { contract } from 'thereupon';
import { z } from 'zod';

export const OrderShipped = contract('fulfilment.OrderShipped', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
  documentation: 'All goods of the order have left the warehouse.',
});

export const ShipmentStopped = contract('fulfilment.ShipmentStopped', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
  documentation: 'The order will not be sent, as it was cancelled in time.',
});
