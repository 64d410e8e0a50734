/**
 * What an order file says happened in the shop, in the words of the business. Money is whole pence
 * (a unit price: mils, thousandths of a pound); codes are upper case; line numbers point into the
 * file.
 *
 * A fingerprint stands for all that an invoice says. The same invoice met again, in another run or
 * another file, is the same delivery when its fingerprint is, and a different one otherwise.
 */
export type Happening =
  | WeekRestock
  | PriceListing
  | PlacedOrder
  | ReturnedGoods
  | StockAdjustment
  | NotAnOrder;

/** A minute of the shop's wall clock, written as if it were UTC, and all that it holds, in order. */
export type Minute = { readonly at: string; readonly happenings: readonly Happening[] };

/** A week begins: the shelves are filled. Weeks are numbered without end, Monday to Sunday. */
export type WeekRestock = { readonly kind: 'week-restock'; readonly week: number };

/** What goods cost on this day, by the first line that sells them; only what is new or changed. */
export type PriceListing = {
  readonly kind: 'price-listing';
  readonly listings: readonly ListedPrice[];
};
export type ListedPrice = {
  readonly productId: string;
  readonly description: string;
  readonly unitPriceMils: number;
  readonly lineNumber: number;
};

/** A sale. Each of its lines stays a line of its own, also when a product comes twice. */
export type PlacedOrder = Delivered & {
  readonly kind: 'order';
  readonly orderId: string;
  /** Null is a guest. */
  readonly customerId: string | null;
  readonly country: string;
  readonly lines: readonly GoodsLine[];
  readonly charges: readonly ChargeLine[];
  readonly totalPence: number;
};
export type GoodsLine = {
  readonly productId: string;
  readonly quantity: number;
  readonly unitPriceMils: number;
  readonly amountPence: number;
};
export type ChargeLine = { readonly code: string; readonly amountPence: number };

/** Goods come back, or are said to; quantities are positive. A charge code may be among them. */
export type ReturnedGoods = Delivered & {
  readonly kind: 'return';
  readonly returnId: string;
  readonly customerId: string | null;
  readonly country: string;
  readonly lines: readonly ReturnedLine[];
};
export type ReturnedLine = {
  readonly productId: string;
  readonly quantity: number;
  readonly lineNumber: number;
};

/** Stock was found (a positive quantity) or lost (a negative one); no money moves. */
export type StockAdjustment = Delivered & {
  readonly kind: 'adjustment';
  /** The invoice number; an order and an adjustment may come from one invoice. */
  readonly adjustmentId: string;
  readonly lines: readonly AdjustedLine[];
};
export type AdjustedLine = { readonly productId: string; readonly quantity: number };

/** An invoice that is none of these, such as a bad debt entry: reported, nothing more. */
export type NotAnOrder = Delivered & {
  readonly kind: 'not-an-order';
  readonly invoice: string;
  readonly reason: string;
};

type Delivered = {
  /** The number of the first line it stands on. */
  readonly firstLine: number;
  readonly fingerprint: string;
};
