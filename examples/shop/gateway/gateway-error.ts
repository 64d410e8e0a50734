/**
 * A charge or a refund whose outcome is not known, or that could not even be asked for. With the
 * same idempotency key it is safe to ask again; `retryable` says whether that can help.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  readonly retryable: boolean;
  readonly idempotencyKey: string;

  constructor(code: GatewayErrorCode, idempotencyKey: string, cause?: unknown) {
    super(messages[code], cause === undefined ? {} : { cause });
    this.code = code;
    this.retryable = code !== 'gateway-request-refused';
    this.idempotencyKey = idempotencyKey;
  }
}

export type GatewayErrorCode = keyof typeof messages;

const messages = {
  'gateway-off': 'The payment gateway is switched off. Ask again later.',
  'gateway-failed': 'The payment gateway failed. Ask again with the same key.',
  'gateway-unreachable': 'The payment gateway cannot be reached. See that it runs, and ask again.',
  'gateway-answer-lost':
    'The answer of the payment gateway was lost. Ask again with the same key to learn it.',
  'gateway-timed-out': 'The payment gateway did not answer in time. Ask again with the same key.',
  'gateway-request-refused':
    'The payment gateway refused the request as wrong. Its answer is the cause.',
} as const;
