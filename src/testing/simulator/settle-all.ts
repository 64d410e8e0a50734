import type { Application } from '../../runtime/application.ts';
import type { PendingTimer } from '../../process/pending-timers.ts';
import { SettledParkedError } from '../../runtime/settled.ts';
import { isPoison } from './faults/poison.ts';
import { InvariantBrokenError } from './invariant-broken.ts';
import { WORLD } from './life.ts';
import { assertNothingLeft } from './oracles/nothing-left.ts';
import { type Processes, type Up, isUp } from './processes.ts';
import type { Invariants } from './simulation.ts';
import { BEGIN_MS } from './virtual-clock.ts';
import type { World } from './world.ts';

/** An application says that it has settled within this virtual time, or not at all. */
const SETTLED_MS_MAX = 2 * 3_600_000;
/** A timer whose clock is off is looked at again after this time. */
const TIMER_LOOK_MS = 1_000;
/** A clock that is set forward is noticed within this time. */
const WAITED_MS_MAX = 10_000;
/** What was parked is tried again so often, in case it had waited for another one. */
const REDRIVES_MAX = 3;
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
      try {
        await Promise.race([settle({ world, processes }, life), down]);
      } catch (error) {
        // It may have been told to stop, just before.
        if (isUp(life)) throw error;
        before = -1;
      }
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

async function settle(around: Around, life: Up): Promise<void> {
  const { app } = life;
  for (let failures = 0; ;) {
    await lookAfter(app);
    try {
      const { timers } = await app.settled({ timeoutMs: SETTLED_MS_MAX });
      if ((await app.parked()).length === 0 && !(await hasWaited(around, life, timers))) return;
    } catch (error) {
      failures += 1;
      if (!(error instanceof SettledParkedError) || failures > REDRIVES_MAX) throw error;
    }
  }
}

/** What nobody can read is given up; all else that was parked is tried again. */
async function lookAfter(app: Application): Promise<void> {
  for (const { context, recordId } of (await app.parked()).filter(isPoison))
    await app.discard({ context, recordId }, OPERATOR);
  if ((await app.parked()).length > 0) await app.redrive({}, OPERATOR);
}

/**
 * Timers are waited for; those that recur come again for ever. Whoever waits for weeks looks at its
 * clock every few seconds all the while, so the clocks of all machines are set forward instead.
 * Answers whether there was something to wait for.
 */
async function hasWaited(
  { world, processes }: Around,
  life: Up,
  timers: readonly PendingTimer[],
): Promise<boolean> {
  const [next] = timers.filter(({ kind }) => kind !== 'recurring');
  if (next === undefined) return false;
  const { schedule } = world;
  const inMs = Date.parse(next.due) - BEGIN_MS - schedule.nowMs - life.clockOffMs;
  if (inMs <= WAITED_MS_MAX) await schedule.sleep(WORLD, Math.max(TIMER_LOOK_MS, inMs));
  else {
    processes.setClocksForward(Math.ceil(inMs));
    await schedule.sleep(WORLD, WAITED_MS_MAX);
  }
  return true;
}

interface Around {
  readonly world: World;
  readonly processes: Processes;
}
