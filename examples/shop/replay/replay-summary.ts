/** What a plan holds, counted for the report at the end of a replay. */
import type { ReplayPlan } from './plan-replay.ts';

export type ReplaySummary = {
  readonly from: string | null;
  readonly to: string | null;
  readonly minutes: number;
  readonly weeks: number;
  readonly orders: number;
  readonly guestOrders: number;
  readonly orderLines: number;
  readonly ordersWithCharges: number;
  readonly ordersOfChargesOnly: number;
  readonly ordersTotalPence: number;
  readonly returns: number;
  readonly returnLines: number;
  readonly returnLinesWithoutCustomer: number;
  readonly adjustments: number;
  readonly adjustmentLines: number;
  readonly adjustedUpUnits: number;
  readonly adjustedDownUnits: number;
  readonly notOrders: number;
  readonly priceListings: number;
  readonly remarks: number;
};

export function summarizeReplay(plan: ReplayPlan): ReplaySummary {
  let from: string | null = null;
  let to: string | null = null;
  const counts = {
    weeks: 0,
    orders: 0,
    guestOrders: 0,
    orderLines: 0,
    ordersWithCharges: 0,
    ordersOfChargesOnly: 0,
    ordersTotalPence: 0,
    returns: 0,
    returnLines: 0,
    returnLinesWithoutCustomer: 0,
    adjustments: 0,
    adjustmentLines: 0,
    adjustedUpUnits: 0,
    adjustedDownUnits: 0,
    notOrders: 0,
    priceListings: 0,
  };
  for (const { at, happenings } of plan.minutes()) {
    from ??= at;
    to = at;
    for (const happening of happenings) {
      switch (happening.kind) {
        case 'week-restock':
          counts.weeks++;
          break;
        case 'price-listing':
          counts.priceListings += happening.listings.length;
          break;
        case 'order':
          counts.orders++;
          counts.orderLines += happening.lines.length + happening.charges.length;
          counts.ordersTotalPence += happening.totalPence;
          if (happening.customerId === null) counts.guestOrders++;
          if (happening.charges.length > 0) counts.ordersWithCharges++;
          if (happening.lines.length === 0) counts.ordersOfChargesOnly++;
          break;
        case 'return':
          counts.returns++;
          counts.returnLines += happening.lines.length;
          if (happening.customerId === null) {
            counts.returnLinesWithoutCustomer += happening.lines.length;
          }
          break;
        case 'adjustment':
          counts.adjustments++;
          counts.adjustmentLines += happening.lines.length;
          for (const { quantity } of happening.lines) {
            if (quantity > 0) counts.adjustedUpUnits += quantity;
            else counts.adjustedDownUnits -= quantity;
          }
          break;
        case 'not-an-order':
          counts.notOrders++;
          break;
      }
    }
  }
  const { minuteCount: minutes, remarks } = plan;
  return { from, to, minutes, ...counts, remarks: remarks.length };
}
