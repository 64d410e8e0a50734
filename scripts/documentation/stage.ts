/**
 * The order and the payment that the examples in doc comments speak of.
 */
import {
  type Application,
  aggregate,
  boundedContext,
  contract,
  happened,
  processManager,
  readModel,
  type,
} from 'thereupon';
import { memory } from 'thereupon/memory';
import { z } from 'zod';

export { sql } from 'drizzle-orm';
export { Kysely, PostgresDialect } from 'kysely';
export type { DatabaseSync } from 'node:sqlite';
export type { Client, PoolClient } from 'pg';
export { z };

/** Of the database. */
export const url = 'postgres://localhost/shop';
/** The tables of the application's own, as Kysely is told of them. */
export interface Tables {
  readonly orders: { readonly id: string };
}

export type OrderEvent =
  | { type: 'OrderPlaced'; data: { orderId: string; totalPence: number } }
  | { type: 'OrderConfirmed'; data: { orderId: string } };
export type OrderCommand =
  | { type: 'PlaceOrder'; data: { orderId: string; totalPence: number } }
  | { type: 'ConfirmOrder'; data: {} };
export interface Order {
  readonly orderId: string;
  readonly status: 'none' | 'placed' | 'confirmed';
}
export const initial: Order = { orderId: '', status: 'none' };
export function decide(command: OrderCommand, { orderId, status }: Order): OrderEvent[] {
  if (command.type === 'PlaceOrder') return [{ type: 'OrderPlaced', data: command.data }];
  return status === 'placed' ? [{ type: 'OrderConfirmed', data: { orderId } }] : [];
}
export function evolve(_state: Order, event: OrderEvent): Order {
  const status = event.type === 'OrderPlaced' ? 'placed' : 'confirmed';
  return { orderId: event.data.orderId, status };
}
export const order = aggregate({ name: 'order', initial, decide, evolve });

export type PaymentEvent =
  | { type: 'ChargeRequested'; data: { orderId: string; amountPence: number } }
  | { type: 'PaymentCompleted'; data: { orderId: string; amountPence: number; chargeId: string } };
export type PaymentCommand = { type: 'RecordCharged'; data: { chargeId: string } };
export const payment = aggregate({
  name: 'payment',
  initial: { isCharged: false },
  decide: (_command: PaymentCommand): PaymentEvent[] => [],
  evolve: (_state: { isCharged: boolean }, event: PaymentEvent) => ({
    isCharged: event.type === 'PaymentCompleted',
  }),
});

export const returnRequest = aggregate({
  name: 'return-request',
  initial: { isSettled: false },
  decide: (command: { type: 'RequestReturn'; data: { returnId: string } }): ReturnEvent[] => [
    { type: 'ReturnRequested', data: command.data },
  ],
  evolve: (state: { isSettled: boolean }, _event: ReturnEvent) => state,
});
export type ReturnEvent = { type: 'ReturnRequested'; data: { returnId: string } };

export const OrderPlaced = contract('ordering.OrderPlaced', {
  version: 1,
  schema: z.object({ orderId: z.string(), totalPence: z.number().int() }),
  key: (data) => data.orderId,
});
export const PaymentCompleted = contract('billing.PaymentCompleted', {
  version: 1,
  schema: z.object({ orderId: z.string(), amountPence: z.number().int() }),
  key: (data) => data.orderId,
});

export const PaymentReminder = contract('ordering.PaymentReminder', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
});

export const paymentDeadline = processManager({
  name: 'payment deadline',
  from: [happened(order, 'OrderPlaced'), PaymentCompleted],
  startedBy: ['OrderPlaced'],
  by: (event) => event.data.orderId,
  timers: ['PaymentOverdue'],
  initial: { orderId: '' },
  evolve: (state, event) =>
    event.type === 'OrderPlaced' ? { orderId: event.data.orderId } : state,
  react: (_state, event, { setTimer, complete }) =>
    event.type === 'OrderPlaced'
      ? [setTimer('PaymentOverdue', { after: '30 minutes' })]
      : [complete()],
});

export const ProductListed = contract('catalogue.ProductListed', {
  version: 1,
  schema: z.object({ productId: z.string() }),
  key: (data) => data.productId,
});

export const orderBook = readModel({
  name: 'order-book',
  version: 1,
  document: type<{ orderId: string; status: string }>(),
  from: [order],
  by: (event) => event.data.orderId,
  evolve: {
    OrderPlaced: (_, event) => ({ orderId: event.data.orderId, status: 'placed' }),
    OrderConfirmed: (document) => document && { ...document, status: 'confirmed' },
  },
  index: ['status'],
});

export const ordering = boundedContext('ordering', {
  aggregates: [order, returnRequest],
  readModels: [orderBook],
});
export const billing = boundedContext('billing', { aggregates: [payment] });
export const catalogue = boundedContext('catalogue', { publishes: [ProductListed] });

export const store = memory();
export declare const app: Application;
export declare const data: { orderId: string; totalPence: number };
export declare const token: string;
export declare const orderId: string;
export declare const customerId: string;
export declare const address: string | undefined;

export interface Gateway {
  charge(
    charge: { orderId: string; amountPence: number },
    means: { idempotencyKey: string; signal: AbortSignal },
  ): Promise<{ chargeId: string }>;
}
export declare const gateway: Gateway;
