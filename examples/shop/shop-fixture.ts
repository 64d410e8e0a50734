/**
 * The whole shop in memory, for tests: six contexts, no file, no port, and a gateway that answers
 * as it is told.
 */
import { run, silent, type Application } from 'thereupon';
import { memory, type MemoryStore } from 'thereupon/memory';
import type { PaymentGateway } from './billing/payment-gateway.ts';
import { contexts } from './contexts.ts';
import { GatewayError } from './gateway/gateway-error.ts';
import { order } from './ordering/aggregates.ts';
import type { ShopApp } from './shop-app.ts';

export type TestShop = {
  readonly app: Application;
  readonly gateway: TestGateway;
  /** What happened to an order's parcel, as the log of Fulfilment says. */
  readonly parcelOf: (orderId: string) => Promise<readonly ParcelEvent[]>;
};

export type ParcelEvent = { readonly type: string; readonly address?: string };

/**
 * Opens a shop, and closes it whatever the test does with it. Business time stands until the test
 * moves it on, unless it goes with the clock.
 */
export async function withShop(
  test: (shop: TestShop) => Promise<void>,
  { businessTime = 'watermark' }: { readonly businessTime?: 'clock' | 'watermark' } = {},
): Promise<void> {
  const gateway = new TestGateway();
  const store = memory();
  const app = await run(contexts, {
    store,
    dependencies: { gateway },
    logger: silent,
    businessTime,
  });
  try {
    await test({ app, gateway, parcelOf: (orderId) => parcelEvents(store, orderId) });
  } finally {
    gateway.letGo();
    await app.stop();
  }
}

async function parcelEvents(store: MemoryStore, orderId: string): Promise<ParcelEvent[]> {
  const reader = await store.reader('fulfilment');
  const records = await reader.readStream(`shipment/${orderId}`, { limit: 10 });
  return records.map(({ type, data }) => {
    const { address } = JSON.parse(data) as { address?: string };
    return address === undefined ? { type } : { type, address };
  });
}

/** Keeps its books by idempotency key, as the real one does. */
export class TestGateway implements PaymentGateway {
  readonly charges = new Map<string, { orderId: string; amountPence: number }>();
  readonly refunds = new Map<string, { orderId: string; amountPence: number }>();
  /** The orders whose cards it declines. */
  readonly declines = new Set<string>();
  /** Answers nobody, as when it cannot be reached. */
  isOff = false;
  #held: PromiseWithResolvers<void> | undefined;

  get status(): 'on' | 'off' {
    return this.isOff ? 'off' : 'on';
  }

  async switchTo(to: 'on' | 'off'): Promise<void> {
    this.isOff = to === 'off';
  }

  /** Answers no charge until `letGo`. */
  hold(): void {
    this.#held = Promise.withResolvers();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async charge(
    charge: { readonly orderId: string; readonly amountPence: number },
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<Awaited<ReturnType<PaymentGateway['charge']>>> {
    await this.#held?.promise;
    if (this.isOff) throw new GatewayError('gateway-off', idempotencyKey);
    if (this.declines.has(charge.orderId)) return { status: 'declined', reason: 'no money' };
    this.charges.set(idempotencyKey, charge);
    return { status: 'charged', chargeId: `charge-${charge.orderId}` };
  }

  async refund(
    refund: { readonly orderId: string; readonly refundId: string; readonly amountPence: number },
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<Awaited<ReturnType<PaymentGateway['refund']>>> {
    this.refunds.set(idempotencyKey, refund);
    return { status: 'refunded', refundId: refund.refundId };
  }

  /** What it took minus what it gave back. */
  get keptPence(): number {
    return sum(this.charges.values()) - sum(this.refunds.values());
  }
}

function sum(moved: Iterable<{ readonly amountPence: number }>): number {
  return [...moved].reduce((total, { amountPence }) => total + amountPence, 0);
}

export type AskedOrder = {
  readonly customerId?: string | null;
  readonly country?: string;
  readonly lines: readonly (readonly [productId: string, quantity: number, priceMils: number])[];
  readonly occurredAt?: string;
};

/** Places an order without waiting for what it causes. */
export async function place(app: ShopApp, orderId: string, asked: AskedOrder): Promise<void> {
  const { customerId = 'ada', country = 'France', lines, occurredAt } = asked;
  const data = {
    orderId,
    customerId,
    name: customerId && `Customer ${customerId}`,
    address: customerId && `1 ${customerId} Lane`,
    country,
    lines: lines.map(([productId, quantity, unitPriceMils]) => ({
      productId,
      quantity,
      unitPriceMils,
    })),
    charges: [],
  };
  const options = occurredAt === undefined ? {} : { occurredAt };
  await app.handle(order, orderId, { type: 'PlaceOrder', data }, options);
}
