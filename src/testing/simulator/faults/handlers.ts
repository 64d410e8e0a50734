import type { BoundedContext } from '../../../context/bounded-context.ts';
import type { Effect } from '../../../reaction/effect.ts';
import type { Reaction } from '../../../reaction/whenever.ts';
import type { Rates } from '../fault-plan.ts';
import type { Life } from '../life.ts';
import type { World } from '../world.ts';

/** Slow enough to go on beside its batch. */
const SLOW_MS_MAX = 3_000;
/** So long that its time is over, and once more as long. */
const STUCK_MS = 31_000;

const RATES: Rates = [
  ['slow-handler', 0.02],
  ['stuck-handler', 0.004],
];

/**
 * Handlers that take their time: slow ones go on beside their batch; stuck ones are given up, and
 * go on all the same once they come loose, when nobody waits for them any more.
 */
export function withSlowHandlers(
  world: World,
  life: Life,
  contexts: readonly BoundedContext[],
): readonly BoundedContext[] {
  return contexts.map((context) => ({
    ...context,
    reactions: context.reactions.map((reaction) => slowReaction(world, life, context, reaction)),
    effects: context.effects.map((effect) => slowEffect(world, life, context, effect)),
  }));
}

function slowReaction(
  world: World,
  life: Life,
  { name }: BoundedContext,
  reaction: Reaction,
): Reaction {
  const place = `${name} "${reaction.name}"`;
  return {
    ...reaction,
    thereupon(event, tools) {
      const delay = delayOf(world, life, place);
      const begin = () => world.userCode(life, place, () => reaction.thereupon(event, tools));
      return delay === undefined ? begin() : delay.then(begin);
    },
  };
}

function slowEffect(world: World, life: Life, { name }: BoundedContext, effect: Effect): Effect {
  const place = `${name} "${effect.name}"`;
  const { record } = effect;
  return {
    ...effect,
    perform(event, means) {
      const delay = delayOf(world, life, place);
      const begin = () => world.userCode(life, place, () => effect.perform(event, means));
      return delay === undefined ? begin() : delay.then(begin);
    },
    record:
      record &&
      ((event, outcome, tools) => world.userCode(life, place, () => record(event, outcome, tools))),
  };
}

function delayOf(world: World, life: Life, name: string): Promise<void> | undefined {
  const { faults, schedule } = world;
  const strike = faults.pass(faults.place(name), RATES);
  if (strike === undefined) return undefined;
  const { kind, amount } = strike;
  const delayMs = kind === 'stuck-handler' ? STUCK_MS * (1 + amount) : SLOW_MS_MAX * amount;
  return schedule.sleep(life, delayMs);
}
