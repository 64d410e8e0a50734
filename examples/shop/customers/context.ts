/**
 * Customers: who orders here. A person is registered by the first order and changed by a later one
 * that tells other details; the other contexts keep copies of their own.
 */
import { aggregate, boundedContext, publish, whenever } from 'thereupon';
import { OrderPlaced } from '../ordering/contracts.ts';
import { CustomerDetailsChanged, CustomerRegistered } from './contracts.ts';
import { decide, evolve, initial } from './model/customer.ts';

export const customer = aggregate({
  name: 'customer',
  initial,
  decide,
  evolve,
  personal: {
    CustomerRegistered: ['name', 'address'],
    CustomerDetailsChanged: ['name', 'address'],
  },
});

const registerWhoOrders = whenever(
  'register who orders',
  OrderPlaced,
  ({ data }, { handle }) => {
    const { customerId, country } = data;
    if (customerId === null) return;
    const name = data.name ?? `Customer ${customerId}`;
    const address = data.address ?? 'address unknown';
    return handle(customer, customerId, {
      type: 'RegisterCustomer',
      data: { customerId, name, address, country },
    });
  },
  // The last details told are the ones that count, so a person's orders stay in order.
  { by: ({ data }) => data.customerId ?? 'guest' },
);

export const customers = boundedContext('customers', {
  aggregates: [customer],
  publishes: [
    publish(CustomerRegistered, customer, 'CustomerRegistered', (event) => event.data),
    publish(CustomerDetailsChanged, customer, 'CustomerDetailsChanged', (event) => event.data),
  ],
  reactions: [registerWhoOrders],
});
