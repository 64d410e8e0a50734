import type { Application } from '../../runtime/application.ts';
import { SettledParkedError } from '../../runtime/settled.ts';
import { InvariantBrokenError } from './invariant-broken.ts';
import { assertNothingLeft } from './oracles/nothing-left.ts';
import type { Processes } from './processes.ts';
import type { Invariants } from './simulation.ts';
import type { World } from './world.ts';

/** An application says that it has settled within this virtual time, or not at all. */
const SETTLED_MS_MAX = 2 * 3_600_000;
const OPERATOR = { who: 'the operator', why: 'the faults have stopped' };

/**
 * Faults have stopped: all processes come up, the operator has tried again what was parked
 * meanwhile, and then everything settles. That it has settled is what the applications say, and
 * it is held against the logs: nothing may be left there to do.
 */
export async function settleAll(
  world: World,
  processes: Processes,
  invariants: NonNullable<Invariants<object>['settled']>,
): Promise<void> {
  for (let before = -1; before !== world.commits;) {
    before = world.commits;
    for (const life of await processes.up()) {
      // What struck last may still bring it down; then there is one more round.
      const down = life.died.then(() => void (before = -1));
      await Promise.race([settle(life.app), down]);
    }
  }
  await assertNothingLeft(world);
  for (const [name, holds] of Object.entries(invariants)) {
    try {
      await holds({ ...world.view, log: (context) => world.store.reader(context) });
    } catch (error) {
      throw new InvariantBrokenError(name, error);
    }
  }
}

async function settle(app: Application): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    if ((await app.parked()).length > 0) await app.redrive({}, OPERATOR);
    try {
      await app.settled({ timeoutMs: SETTLED_MS_MAX });
      if ((await app.parked()).length === 0) return;
    } catch (error) {
      // It was parked again: the operator tries once more, in case it had waited for another one.
      if (!(error instanceof SettledParkedError) || tries > 3) throw error;
    }
  }
}
