/** Each order's parcel: for whom it is, and whether it has left. */
import { readModel, type } from 'thereupon';
import { shipment } from './aggregates.ts';

export type Parcel = {
  readonly orderId: string;
  readonly status: 'prepared' | 'shipped' | 'stopped';
  /** Null for a guest. */
  readonly customerId: string | null;
  readonly country: string;
  /** What is written on it, once it was sent. */
  readonly sentTo: string | null;
};

export const parcels = readModel({
  name: 'parcels',
  version: 1,
  document: type<Parcel>(),
  from: [shipment],
  by: (event) => event.data.orderId,
  evolve: {
    ShipmentPrepared: (_, { data: { orderId, customerId, country } }) => ({
      orderId,
      status: 'prepared',
      customerId,
      country,
      sentTo: null,
    }),
    OrderShipped: (parcel, { data }) =>
      parcel && { ...parcel, status: 'shipped', sentTo: data.address },
    ShipmentStopped: (parcel) => parcel && { ...parcel, status: 'stopped' },
  },
  index: ['status'],
  inline: true,
});
