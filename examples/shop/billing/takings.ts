/** Money in and out, day by day of the shop's calendar. */
import { readModel, type } from 'thereupon';
import { payment } from './aggregates.ts';

export type Takings = {
  /** Such as 2011-12-09. */
  readonly day: string;
  readonly chargedPence: number;
  readonly refundedPence: number;
  readonly payments: number;
  readonly declined: number;
};

export const takings = readModel({
  name: 'takings',
  version: 1,
  document: type<Takings>(),
  from: [payment],
  by: (event) => event.occurredAt.slice(0, 10),
  evolve: {
    PaymentCompleted: (day, { data }, key) => {
      const before = day ?? nothing(key);
      return {
        ...before,
        payments: before.payments + 1,
        chargedPence: before.chargedPence + data.amountPence,
      };
    },
    PaymentFailed: (day, _, key) => {
      const before = day ?? nothing(key);
      return { ...before, declined: before.declined + 1 };
    },
    PaymentRefunded: (day, { data }, key) => {
      const before = day ?? nothing(key);
      return { ...before, refundedPence: before.refundedPence + data.amountPence };
    },
  },
  index: ['day'],
});

function nothing(day: string): Takings {
  return { day, chargedPence: 0, refundedPence: 0, payments: 0, declined: 0 };
}
