import { FAULT_KINDS } from '../fault-kinds.ts';
import type { Strike } from '../fault-plan.ts';

/** A call failed in a simulation, on purpose; nothing is wrong but what does not survive it. */
export class SimulatedFaultError extends Error {
  override readonly name = 'SimulatedFaultError';
  readonly code = 'simulated-fault';
  readonly retryable = true;
  readonly strike: Strike;

  constructor(strike: Strike) {
    super(`Call ${strike.nth} of ${strike.place}, on purpose: ${FAULT_KINDS[strike.kind]}.`);
    this.strike = strike;
  }
}
