import type { Application as RunByUs } from './application.ts';

/**
 * A running application: where commands come in and questions are asked. Made by `run`, ended by
 * `stop`. What a function does with one it can do with a test application as well.
 *
 * @example
 * const place = (app: Application, orderId: string) =>
 *   app.handle(order, orderId, { type: 'PlaceOrder', data: { orderId, totalPence: 1530 } });
 */
export type Application = Pick<RunByUs, keyof RunByUs>;
