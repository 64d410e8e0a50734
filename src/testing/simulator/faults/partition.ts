import { BackboneUnavailableError } from '../../../backbone/backbone.ts';
import type { Rates } from '../fault-plan.ts';
import type { Life } from '../life.ts';
import type { World } from '../world.ts';

/** So long a partition lasts at most. */
const PARTITION_MS_MAX = 20_000;

const RATES: Rates = [['partition', 0.002]];

/**
 * A context cannot reach another one's messages for a while, or a broker: every call over the cut
 * fails, and nothing that was published is lost by it.
 *
 * @throws {BackboneUnavailableError} while it is cut.
 */
export function partitionedFrom(world: World, life: Life, from: string): void {
  const { schedule, faults, partitions } = world;
  const between = `${life.process} | ${from}`;
  const strike = faults.pass(faults.place(between), RATES);
  if (strike !== undefined)
    partitions.set(between, schedule.nowMs + 1 + strike.amount * PARTITION_MS_MAX);
  if ((partitions.get(between) ?? 0) > schedule.nowMs)
    throw new BackboneUnavailableError(from, `the network is cut: ${between}`);
}
