/**
 * A person the shop knows: registered by the first order, changed by a later one that tells other
 * details. The same details again change nothing.
 */
export type CustomerDetails = {
  readonly customerId: string;
  readonly name: string;
  readonly address: string;
  readonly country: string;
};

export type CustomerCommand = { readonly type: 'RegisterCustomer'; readonly data: CustomerDetails };

export type CustomerEvent =
  | { readonly type: 'CustomerRegistered'; readonly data: CustomerDetails }
  | { readonly type: 'CustomerDetailsChanged'; readonly data: CustomerDetails };

/** Null until registered. */
export type Customer = { readonly details: CustomerDetails | null };

export const initial: Customer = { details: null };

export function decide(command: CustomerCommand, { details }: Customer): CustomerEvent[] {
  const { customerId, name, address, country } = command.data;
  const told = { customerId, name, address, country };
  if (details === null) return [{ type: 'CustomerRegistered', data: told }];
  const isSame =
    details.name === name && details.address === address && details.country === country;
  return isSame ? [] : [{ type: 'CustomerDetailsChanged', data: told }];
}

export function evolve(_: Customer, event: CustomerEvent): Customer {
  return { details: event.data };
}
