/**
 * What a customer wants to give back, before we know which orders it came from.
 *
 * none       nothing was asked.
 * requested  the goods are named; the orders they were bought with are being looked up.
 * settled    the end: each unit was either matched to an order or refused with a reason. What is
 *            refused moves neither money nor stock.
 */
import type { ReturnLine, Settlement } from './match-return.ts';
import { OrderingRefusedError } from './ordering-refused.ts';
import { productCode } from './product-code.ts';

export type ReturnRequestCommand =
  | {
      readonly type: 'RequestReturn';
      readonly data: {
        readonly returnId: string;
        /** Null for a guest, whose purchases we cannot look up. */
        readonly customerId: string | null;
        readonly lines: readonly ReturnLine[];
      };
    }
  | { readonly type: 'SettleReturn'; readonly data: Settlement & { readonly returnId: string } };

export type ReturnRequestEvent =
  | {
      readonly type: 'ReturnRequested';
      readonly data: {
        readonly returnId: string;
        readonly customerId: string | null;
        readonly lines: readonly ReturnLine[];
      };
    }
  | { readonly type: 'ReturnSettled'; readonly data: Settlement & { readonly returnId: string } };

export type ReturnRequest = {
  readonly status: 'none' | 'requested' | 'settled';
  readonly customerId: string | null;
  readonly lines: readonly ReturnLine[];
};

export const initial: ReturnRequest = { status: 'none', customerId: null, lines: [] };

export function decide(
  command: ReturnRequestCommand,
  request: ReturnRequest,
): ReturnRequestEvent[] {
  const { returnId } = command.data;
  switch (command.type) {
    case 'RequestReturn': {
      const lines = validLines(returnId, command.data.lines);
      const { customerId } = command.data;
      if (request.status === 'none') {
        return [{ type: 'ReturnRequested', data: { returnId, customerId, lines } }];
      }
      if (request.customerId === customerId && sameLines(request.lines, lines)) return [];
      throw new OrderingRefusedError(
        'return-requested-differently',
        returnId,
        `Return ${returnId} was requested before with other lines; the first one stands.`,
      );
    }
    case 'SettleReturn': {
      if (request.status === 'settled') return [];
      if (request.status === 'none') {
        throw new OrderingRefusedError(
          'return-unknown',
          returnId,
          `Return ${returnId} was never requested.`,
        );
      }
      const { matched, refused } = command.data;
      assertEveryUnit(returnId, request.lines, { matched, refused });
      return [{ type: 'ReturnSettled', data: { returnId, matched, refused } }];
    }
  }
}

export function evolve(request: ReturnRequest, event: ReturnRequestEvent): ReturnRequest {
  switch (event.type) {
    case 'ReturnRequested': {
      const { customerId, lines } = event.data;
      return { status: 'requested', customerId, lines };
    }
    case 'ReturnSettled':
      return { ...request, status: 'settled' };
  }
}

function validLines(returnId: string, lines: readonly ReturnLine[]): ReturnLine[] {
  if (lines.length === 0) {
    throw new OrderingRefusedError('return-empty', returnId, `Return ${returnId} has no lines.`);
  }
  return lines.map(({ productId, quantity }) => {
    if (Number.isSafeInteger(quantity) && quantity > 0) {
      return { productId: productCode(productId), quantity };
    }
    throw new OrderingRefusedError(
      'number-not-valid',
      returnId,
      `Return ${returnId} has quantity ${quantity}; it must be a whole number of at least 1.`,
    );
  });
}

function sameLines(some: readonly ReturnLine[], others: readonly ReturnLine[]): boolean {
  return (
    some.length === others.length &&
    some.every((line, index) => {
      const other = others[index];
      return line.productId === other?.productId && line.quantity === other.quantity;
    })
  );
}

// Nothing a customer sends back may get lost between matching and refusing.
function assertEveryUnit(
  returnId: string,
  asked: readonly ReturnLine[],
  { matched, refused }: Settlement,
): void {
  const left = new Map<string, number>();
  const add = (line: ReturnLine, sign: 1 | -1): void => {
    left.set(line.productId, (left.get(line.productId) ?? 0) + sign * line.quantity);
  };
  for (const line of asked) add(line, 1);
  for (const line of matched.flatMap((order) => order.lines)) add(line, -1);
  for (const line of refused) add(line, -1);
  for (const [productId, units] of left) {
    if (units === 0) continue;
    throw new OrderingRefusedError(
      'return-settled-differently',
      returnId,
      `Return ${returnId} settles ${units > 0 ? 'fewer' : 'more'} units of product ${productId} ` +
        `than were requested (by ${Math.abs(units)}).`,
    );
  }
}
