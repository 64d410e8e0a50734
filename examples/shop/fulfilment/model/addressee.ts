/**
 * Who a parcel goes to: Fulfilment's own copy of what Customers told of a person, and how it is
 * written on the parcel. A guest left nothing but a country.
 */
export type Addressee = {
  readonly customerId: string;
  readonly name: string;
  readonly address: string;
  readonly country: string;
};

export function addressLabel(addressee: Addressee): string {
  return `${addressee.name}, ${addressee.address}, ${addressee.country}`;
}

export function guestLabel(country: string): string {
  return `guest, ${country}`;
}
