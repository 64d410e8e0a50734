import { embedded } from '../../backbone/log-to-log.ts';
import type { BoundedContext } from '../../context/bounded-context.ts';
import { uuidv7Ids } from '../../host/ids.ts';
import type { Dependencies } from '../../reaction/tools.ts';
import type { Application } from '../../runtime/application.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { mayJump } from './faults/clock.ts';
import { withSlowHandlers } from './faults/handlers.ts';
import { mayRestart, released } from './faults/releases.ts';
import type { Life } from './life.ts';
import { SimulatedBackbone } from './simulated-backbone.ts';
import { simulatedOutside } from './simulated-outside.ts';
import { simulatedStore } from './simulated-store.ts';
import { virtualClock } from './virtual-clock.ts';
import type { World } from './world.ts';

export type BuildContexts = (outside: object) => Promise<readonly BoundedContext[]>;

/** Begins a life: the real `run`, on contexts built anew, between simulated ports. */
export async function runLife(
  world: World,
  build: BuildContexts,
  process: { readonly contexts: readonly string[]; readonly release: number },
  life: Life,
): Promise<Application> {
  const { schedule, chance } = world;
  const outside = simulatedOutside(world, life, world.outside);
  const built = await schedule.standStill(() => build(outside));
  const contexts = released(world, built, process.release);
  const clock = virtualClock(schedule, life, {
    offMs: () => life.clockOffMs,
    sleeps() {
      mayJump(world, life);
      mayRestart(world, life);
    },
  });
  const randomness = chance.of(`life ${life.nth} of ${life.process}`);
  const isBroker = world.broker !== undefined;
  const backbone = new SimulatedBackbone(world, life, world.broker ?? embedded(), isBroker);
  for (const context of process.contexts) life.atEnd(() => world.store.crash(context));
  life.atEnd(() => backbone.letGo());
  life.contexts = withSlowHandlers(world, life, contexts);
  return run(life.contexts, {
    store: simulatedStore(world, life, world.store),
    backbone,
    only: process.contexts,
    dependencies: outside as Dependencies,
    logger: silent,
    host: { clock, randomness, ids: uuidv7Ids(clock, randomness) },
  });
}
