/** Reads what a charge or a refund asks for; whatever is wrong with it is one sentence. */
import type { GatewayRequest } from './gateway-books.ts';

export type ParsedRequest =
  | { readonly request: GatewayRequest; readonly problem?: undefined }
  | { readonly request?: undefined; readonly problem: string };

const nameCharactersMax = 200;

export function parseRequest(
  kind: GatewayRequest['kind'],
  idempotencyKey: unknown,
  body: string,
): ParsedRequest {
  if (!isName(idempotencyKey)) return { problem: 'The header Idempotency-Key is missing.' };
  const fields = parseObject(body);
  if (fields === undefined) return { problem: 'The body is no JSON object.' };

  const { orderId, amountPence, refundId } = fields;
  if (!isName(orderId)) return { problem: 'orderId is missing.' };
  if (!Number.isSafeInteger(amountPence) || (amountPence as number) <= 0) {
    return { problem: 'amountPence is no whole number above zero.' };
  }
  if (kind === 'refund' && !isName(refundId)) return { problem: 'refundId is missing.' };
  return {
    request: {
      kind,
      idempotencyKey,
      orderId,
      amountPence: amountPence as number,
      refundId: kind === 'refund' ? (refundId as string) : '',
    },
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= nameCharactersMax;
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
