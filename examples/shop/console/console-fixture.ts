/** Where a served shop has its console, and a gateway that makes a person look into it. */
import type { Served } from '../serve-http.ts';
import { TestGateway } from '../shop-fixture.ts';

export function consoleOf({ port }: Pick<Served, 'port'>): string {
  return `http://localhost:${port}/console`;
}

const LIMIT_PENCE = 100_000;

/** It takes no more than a thousand pounds at once, and more is never tried again. */
export class LimitedGateway extends TestGateway {
  override charge(...[charge, options]: Parameters<TestGateway['charge']>) {
    if (charge.amountPence > LIMIT_PENCE) throw new AmountError(charge.amountPence);
    return super.charge(charge, options);
  }
}

class AmountError extends Error {
  override readonly name = 'AmountError';
  readonly code = 'amount-too-large';
  readonly retryable = false;
  constructor(pence: number) {
    super(`The gateway takes at most £1,000 at once; that is £${pence / 100}.`);
  }
}
