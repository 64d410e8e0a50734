import type { Rates } from '../fault-plan.ts';
import type { Life } from '../life.ts';
import type { World } from '../world.ts';

/** So far a clock jumps at most, forwards or back. */
const JUMP_MS_MAX = 3_600_000;

const RATES: Rates = [
  ['clock-jump', 0.004],
  ['crash-before', 0.002],
];

/** The wall clock of a machine is set, while its monotonic clock goes on. Asked at each sleep. */
export function mayJump(world: World, life: Life): void {
  const strike = world.faults.pass(world.faults.place(`${life.process}.sleep`), RATES);
  if (strike?.kind === 'crash-before') world.crash(life);
  if (strike?.kind === 'clock-jump')
    life.clockOffMs += Math.round((strike.amount * 2 - 1) * JUMP_MS_MAX);
}
