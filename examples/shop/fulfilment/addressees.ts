/**
 * Fulfilment's own copy of where customers live, kept from what Customers tells: a parcel is sent
 * although Customers may be down.
 */
import { readModel, type } from 'thereupon';
import { CustomerDetailsChanged, CustomerRegistered } from '../customers/contracts.ts';
import type { Addressee } from './model/addressee.ts';

export const addressees = readModel({
  name: 'addressees',
  version: 1,
  document: type<Addressee>(),
  from: [CustomerRegistered, CustomerDetailsChanged],
  by: (event) => event.data.customerId,
  evolve: {
    'customers.CustomerRegistered': (_, event) => event.data,
    'customers.CustomerDetailsChanged': (_, event) => event.data,
  },
});
