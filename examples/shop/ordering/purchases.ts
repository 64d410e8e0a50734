/**
 * What each order bought, and what of it came back: the lines to show, and what a return is matched
 * against. Written when an order is placed and when goods return, not at each step between.
 */
import { readModel, type } from 'thereupon';
import { order } from './aggregates.ts';

export type Purchases = {
  readonly orderId: string;
  /** Null for a guest. */
  readonly customerId: string | null;
  readonly placedAt: string;
  readonly lines: readonly PurchasedLine[];
  readonly charges: readonly { readonly code: string; readonly amountPence: number }[];
};

export type PurchasedLine = {
  readonly productId: string;
  readonly quantity: number;
  /** Thousandths of a pound for one unit. */
  readonly unitPriceMils: number;
  readonly amountPence: number;
  /** Units that came back. */
  readonly returned: number;
};

export const purchases = readModel({
  name: 'purchases',
  version: 1,
  document: type<Purchases>(),
  from: [order],
  by: (event) => event.data.orderId,
  evolve: {
    OrderPlaced: (_, { data, occurredAt }) => ({
      orderId: data.orderId,
      customerId: data.customerId,
      placedAt: occurredAt,
      lines: data.lines.map((line) => ({ ...line, returned: 0 })),
      charges: data.charges,
    }),
    GoodsReturned: (bought, { data }) =>
      bought && { ...bought, lines: bought.lines.map(afterReturn(data.lines)) },
  },
  index: ['customerId', 'placedAt'],
  inline: true,
});

function afterReturn(
  returned: readonly { readonly lineNumber: number; readonly quantity: number }[],
): (line: PurchasedLine, index: number) => PurchasedLine {
  return (line, index) => {
    const back = returned.find(({ lineNumber }) => lineNumber === index + 1);
    return back === undefined ? line : { ...line, returned: line.returned + back.quantity };
  };
}
