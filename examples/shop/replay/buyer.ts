/**
 * Who buys, as the order file does not tell: it knows customers by number and country only, so name
 * and address are made of these, always the same.
 */
export type Buyer = {
  readonly customerId: string | null;
  readonly name: string | null;
  readonly address: string | null;
  readonly country: string;
};

export function buyerOf(customerId: string | null, country: string): Buyer {
  if (customerId === null) return { customerId, name: null, address: null, country };
  return {
    customerId,
    name: `Customer ${customerId}`,
    address: `${customerId} Gift Lane`,
    country,
  };
}
