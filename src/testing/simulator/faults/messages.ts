import { type MemoryBackbone, memoryBackbone } from '../../../adapters/memory/memory-backbone.ts';
import type { MemoryFault } from '../../../adapters/memory/memory-faults.ts';
import type { FaultKind } from '../fault-kinds.ts';
import type { FaultPlan } from '../fault-plan.ts';

/** After this time a broker delivers again what was not acknowledged. */
const REDELIVER_MS = 1_000;
/** So long a broker holds a message back at most. */
const DELAY_MS_MAX = 4_000;

const KINDS: Readonly<Record<MemoryFault, readonly [FaultKind, number]>> = {
  duplicate: ['duplicate', 0.03],
  delay: ['delay', 0.05],
  reorder: ['reorder', 0.05],
  lose: ['lose', 0.03],
  loseAcknowledgement: ['lose-acknowledgement', 0.03],
  refuse: ['refuse', 0.03],
  loseConfirmation: ['lose-confirmation', 0.03],
};

/** A broker on bad days: what it does to messages is decided by the plan. */
export function badBroker(faults: FaultPlan, order: 'key' | 'none'): MemoryBackbone {
  return memoryBackbone({
    order,
    redeliverAfterMs: REDELIVER_MS,
    faults: { delayMsMax: DELAY_MS_MAX },
    happens(fault) {
      const rate = KINDS[fault];
      const strike = faults.pass(faults.place(`broker.${fault}`), [rate]);
      return strike?.amount;
    },
  });
}
