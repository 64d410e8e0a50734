/** All that others may know of customers: enough to keep a copy of their own. */
import { contract } from 'thereupon';
import { z } from 'zod';

const details = z.object({
  customerId: z.string(),
  name: z.string(),
  address: z.string(),
  country: z.string(),
});

export const CustomerRegistered = contract('customers.CustomerRegistered', {
  version: 1,
  schema: details,
  key: (data) => data.customerId,
  personal: ['name', 'address'],
  documentation: 'A person ordered for the first time.',
});

export const CustomerDetailsChanged = contract('customers.CustomerDetailsChanged', {
  version: 1,
  schema: details,
  key: (data) => data.customerId,
  personal: ['name', 'address'],
  documentation: 'A customer told other details; all of them are given, the changed and the old.',
});
