/**
 * The whole shop in a simulation: its six contexts, a gateway, some twenty orders, and all that
 * the audit asks of the books, whatever goes wrong.
 *
 *     npm run simulate -- shop --seeds 1..1000
 */
import type { Simulation } from 'thereupon/testing';
import { config } from 'zod';
import { customersAndStaff } from './customers.ts';
import { SimulatedGateway } from './gateway.ts';
import { auditRun } from './audit-run.ts';

// Schemas are built anew for each life of a process: to compile them takes longer than it saves.
config({ jitless: true });

export const simulation: Simulation<{ gateway: SimulatedGateway }> = {
  name: 'The shop',
  contexts: () => import('../contexts.ts').then(({ contexts }) => contexts),
  outside: () => ({ gateway: new SimulatedGateway() }),
  workload: customersAndStaff,
  invariants: {
    always: {
      'no order is charged twice': ({ outside }) => {
        const charged = new Set<string>();
        for (const { orderId } of outside.gateway.charges.values()) {
          if (charged.has(orderId)) throw new ChargedTwiceError(orderId);
          charged.add(orderId);
        }
      },
    },
    settled: { 'the books balance': auditRun },
  },
};

class ChargedTwiceError extends Error {
  override readonly name = 'ChargedTwiceError';

  constructor(orderId: string) {
    super(`Order ${orderId} was charged twice.`);
  }
}
