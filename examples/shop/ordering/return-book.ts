/** What was asked to be given back, what of it was taken, and what was refused and why. */
import { readModel, type } from 'thereupon';
import { returnRequest } from './aggregates.ts';

export type ReturnSummary = {
  readonly returnId: string;
  readonly status: 'requested' | 'settled';
  readonly customerId: string | null;
  readonly requestedAt: string;
  readonly lines: readonly Units[];
  readonly matched: readonly { readonly orderId: string; readonly lines: readonly Units[] }[];
  readonly refused: readonly (Units & { readonly reason: string })[];
  readonly refusedUnits: number;
};

type Units = { readonly productId: string; readonly quantity: number };

export const returnBook = readModel({
  name: 'return-book',
  version: 1,
  document: type<ReturnSummary>(),
  from: [returnRequest],
  by: (event) => event.data.returnId,
  evolve: {
    ReturnRequested: (_, { data, occurredAt }) => ({
      returnId: data.returnId,
      status: 'requested',
      customerId: data.customerId,
      requestedAt: occurredAt,
      lines: data.lines,
      matched: [],
      refused: [],
      refusedUnits: 0,
    }),
    ReturnSettled: (summary, { data }) =>
      summary && {
        ...summary,
        status: 'settled',
        matched: data.matched,
        refused: data.refused,
        refusedUnits: data.refused.reduce((units, line) => units + line.quantity, 0),
      },
  },
  index: ['status', 'refusedUnits'],
  inline: true,
});
