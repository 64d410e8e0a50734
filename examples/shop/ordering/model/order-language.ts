/**
 * The language of an order: what can be asked of it, what can happen to it, and what it remembers.
 */
export type OrderLine = {
  readonly productId: string;
  readonly quantity: number;
  /** Thousandths of a pound for one unit. */
  readonly unitPriceMils: number;
  readonly amountPence: number;
};

/** Postage, a fee, a voucher: paid, never stocked. */
export type ChargeLine = { readonly code: string; readonly amountPence: number };

export type Buyer = {
  /** Null for a guest. */
  readonly customerId: string | null;
  readonly name: string | null;
  readonly address: string | null;
  readonly country: string;
};

export type ReturnedLine = {
  /** The line of the order it came from, 1 for the first. */
  readonly lineNumber: number;
  readonly productId: string;
  readonly quantity: number;
  readonly refundPence: number;
};

export type CancellationReason = 'stock' | 'payment' | 'customer';

export type OrderCommand =
  | {
      readonly type: 'PlaceOrder';
      readonly data: Buyer & {
        readonly orderId: string;
        readonly lines: readonly Omit<OrderLine, 'amountPence'>[];
        readonly charges: readonly ChargeLine[];
      };
    }
  | { readonly type: 'ConfirmOrder'; readonly data: { readonly orderId: string } }
  | {
      readonly type: 'CancelOrder';
      readonly data: { readonly orderId: string; readonly reason: CancellationReason };
    }
  /** Its goods are on their way to the shelves, and it waits for them. */
  | {
      readonly type: 'AwaitGoods';
      readonly data: { readonly orderId: string; readonly until: string };
    }
  /** Its time to pay is over. */
  | { readonly type: 'CancelUnpaid'; readonly data: { readonly orderId: string } }
  | { readonly type: 'MarkShipmentStopped'; readonly data: { readonly orderId: string } }
  | { readonly type: 'MarkShipped'; readonly data: { readonly orderId: string } }
  | {
      readonly type: 'ReturnGoods';
      readonly data: {
        readonly orderId: string;
        readonly returnId: string;
        readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
      };
    };

export type OrderPlaced = {
  readonly type: 'OrderPlaced';
  readonly data: Buyer & {
    readonly orderId: string;
    readonly lines: readonly OrderLine[];
    readonly charges: readonly ChargeLine[];
    readonly totalPence: number;
  };
};

/** With what it takes to send the order, so that whoever does need not remember it. */
export type OrderConfirmed = {
  readonly type: 'OrderConfirmed';
  readonly data: {
    readonly orderId: string;
    /** Null for a guest. */
    readonly customerId: string | null;
    readonly country: string;
    /** Of all goods together; none for an order of charges alone. */
    readonly units: number;
  };
};

export type GoodsReturned = {
  readonly type: 'GoodsReturned';
  readonly data: {
    readonly orderId: string;
    readonly returnId: string;
    readonly lines: readonly ReturnedLine[];
    readonly refundPence: number;
  };
};

export type OrderEvent =
  | OrderPlaced
  | {
      readonly type: 'GoodsAwaited';
      readonly data: { readonly orderId: string; readonly until: string };
    }
  | OrderConfirmed
  | { readonly type: 'CancellationRequested'; readonly data: { readonly orderId: string } }
  | {
      readonly type: 'OrderCancelled';
      readonly data: { readonly orderId: string; readonly reason: CancellationReason };
    }
  | { readonly type: 'OrderMarkedShipped'; readonly data: { readonly orderId: string } }
  | GoodsReturned;

export type Order = {
  readonly status: 'none' | 'placed' | 'confirmed' | 'cancelling' | 'shipped' | 'cancelled';
  readonly customerId: string | null;
  readonly country: string;
  readonly lines: readonly OrderLine[];
  readonly charges: readonly ChargeLine[];
  readonly totalPence: number;
  /** Until when it waits for its goods; null when it need not. */
  readonly goodsAwaitedUntil: string | null;
  /** Units that came back, one number for each line. */
  readonly returned: readonly number[];
  /** The returns applied. Each took a unit at least, so the order's units bound them. */
  readonly returnIds: readonly string[];
};
