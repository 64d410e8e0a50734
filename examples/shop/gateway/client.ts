/**
 * Asks the payment gateway to take or give back money. An answer is final, also a declined one;
 * everything else is thrown as a `GatewayError`, and the same call with the same idempotency key
 * may be made again.
 *
 * Connections are kept and reused; calls beyond `connectionsMax` wait for one.
 */
import { Agent, request } from 'node:http';
import { GatewayError, type GatewayErrorCode } from './gateway-error.ts';

export type ChargeAnswer = { readonly status: 'charged'; readonly chargeId: string } | Declined;
export type RefundAnswer = { readonly status: 'refunded'; readonly refundId: string } | Declined;
export type Declined = { readonly status: 'declined'; readonly reason: string };

export type CallOptions = {
  readonly idempotencyKey: string;
  /** Gives the call up with the signal's reason; whether money moved is then unknown. */
  readonly signal?: AbortSignal | undefined;
};

export type GatewayClientOptions = {
  readonly port: number;
  /** How long to wait for an answer, in milliseconds; default 2,000. */
  readonly timeoutMs?: number;
  /** How many calls run at once; default 16. */
  readonly connectionsMax?: number;
};

export class GatewayClient {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #timeoutMs: number;

  constructor({ port, timeoutMs = 2000, connectionsMax = 16 }: GatewayClientOptions) {
    this.#port = port;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  }

  charge(
    charge: { readonly orderId: string; readonly amountPence: number },
    options: CallOptions,
  ): Promise<ChargeAnswer> {
    return this.#post('/charges', charge, options) as Promise<ChargeAnswer>;
  }

  refund(
    refund: { readonly orderId: string; readonly refundId: string; readonly amountPence: number },
    options: CallOptions,
  ): Promise<RefundAnswer> {
    return this.#post('/refunds', refund, options) as Promise<RefundAnswer>;
  }

  /** Switches the gateway off for a while, or on again: for demonstrations and tests. */
  async switchGateway(to: 'on' | 'off'): Promise<void> {
    await this.#post(`/admin/${to}`, {}, { idempotencyKey: `switch ${to}` });
  }

  /** Closes the connections; calls still running are lost. */
  close(): void {
    this.#agent.destroy();
  }

  #post(path: string, body: object, { idempotencyKey, signal }: CallOptions): Promise<unknown> {
    const text = JSON.stringify(body);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'idempotency-key': idempotencyKey,
    };
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const failWith = (code: GatewayErrorCode, cause?: unknown) =>
      reject(new GatewayError(code, idempotencyKey, cause));
    const failOnConnection = (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason as Error);
      else failWith(codeOf(error), error);
    };

    const call = request({
      host: '127.0.0.1',
      port: this.#port,
      method: 'POST',
      path,
      headers,
      agent: this.#agent,
      timeout: this.#timeoutMs,
      ...(signal && { signal }),
    });
    call.on('timeout', () => {
      failWith('gateway-timed-out');
      call.destroy();
    });
    call.on('error', failOnConnection);
    call.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (answer += piece));
      response.on('error', failOnConnection);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status === 503) return failWith('gateway-off');
        if (status >= 500) return failWith('gateway-failed', answer);
        if (status >= 400 && status !== 402) return failWith('gateway-request-refused', answer);
        try {
          resolve(JSON.parse(answer));
        } catch (error) {
          failWith('gateway-failed', error);
        }
      });
    });
    call.end(text);
    return promise;
  }
}

function codeOf({ code }: NodeJS.ErrnoException): GatewayErrorCode {
  if (code === 'ECONNREFUSED' || code === 'EADDRNOTAVAIL') return 'gateway-unreachable';
  return 'gateway-answer-lost';
}
