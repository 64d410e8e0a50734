import type { BoundedContext } from '../../../context/bounded-context.ts';
import type { Rates } from '../fault-plan.ts';
import type { Life } from '../life.ts';
import type { World } from '../world.ts';
import { contractsOf } from './contracts-of.ts';

const RESTART: Rates = [['restart', 0.003]];
const RESTART_OR_UPGRADE: Rates = [...RESTART, ['upgrade', 0.005]];

/** A process is stopped in order and started again, maybe in the next release. Asked at each sleep. */
export function mayRestart(world: World, life: Life): void {
  const rates = canUpgrade(world, life.contexts) ? RESTART_OR_UPGRADE : RESTART;
  const strike = world.faults.pass(world.faults.place(`${life.process}.release`), rates);
  if (strike !== undefined) world.release(life, strike.kind === 'upgrade');
}

/**
 * The contexts as they are in a later release: every contract is that many versions on. Processes
 * are upgraded one by one, so that for a while old and new versions are published and taken in side
 * by side. Contracts belong to their life only when their modules were loaded for it; those that
 * lives share stay as they are.
 */
export function released(
  world: World,
  contexts: readonly BoundedContext[],
  release: number,
): readonly BoundedContext[] {
  const contracts = contractsOf(contexts);
  if (release === 0 || !canUpgrade(world, contexts)) return contexts;
  for (const contract of contracts) {
    const steps = contract.upcasters?.steps ?? [];
    const more = Array.from({ length: release }, () => (data: unknown) => data);
    Object.assign(contract, {
      version: contract.version + release,
      upcasters: { steps: [...steps, ...more] },
    });
  }
  return contexts;
}

function canUpgrade(world: World, contexts: readonly BoundedContext[]): boolean {
  const [first] = contractsOf(contexts);
  return first !== undefined && !world.sharedContracts.has(first);
}
