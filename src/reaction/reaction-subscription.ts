import { decidedAsItIs } from '../context/as-it-is.ts';
import type { Unit } from '../context/unit.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import type { Answer } from '../subscription/batch.ts';
import { assertDealingKey, dealtBy } from '../subscription/dealing-key.ts';
import type { Entry } from '../subscription/entry.ts';
import { interestIn } from '../subscription/interest.ts';
import { fingerprintOf } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import { type HandlerSurroundings, runHandler } from './handler-tools.ts';
import { lacking } from './looked-at.ts';
import { type Tools, isNotYet } from './tools.ts';
import type { Reaction } from './whenever.ts';

export const HANDLER_TIMEOUT_MS = 30_000;

/** A reaction as a subscription: what its handler asks for commits with its checkpoint. */
export function reactionSubscription(
  reaction: Reaction,
  surroundings: HandlerSurroundings,
): SubscriptionDefinition {
  const { by, retry, notYetMs } = reaction.options;
  return {
    name: reaction.name,
    interest: interestIn(reaction.sources),
    keysOf: keyedBy(reaction.name, by),
    fingerprint: fingerprintOf(by),
    ...(retry === undefined ? {} : { retry }),
    ...(notYetMs === undefined ? {} : { notYetMs }),
    handle: (entry, _, base) =>
      decidedAsItIs(surroundings.workplace, (open) =>
        react(reaction, surroundings, entry, () => open(base)),
      ),
  };
}

/** What a reaction or an effect deals its records by: its own key, or the record's. */
export function keyedBy(
  name: string,
  by: ((event: Recorded<Fact>) => string) | undefined,
): SubscriptionDefinition['keysOf'] {
  if (by === undefined) return (_, stored) => [stored.key];
  return (event) => {
    const key = dealtBy(name, () => by(event));
    assertDealingKey(name, key);
    return [key];
  };
}

async function react(
  reaction: Reaction,
  surroundings: HandlerSurroundings,
  entry: Entry,
  open: () => Unit,
): Promise<Answer> {
  const { event } = entry;
  const run = (unit: Unit, thereupon: (tools: Tools) => unknown): Promise<unknown> =>
    runHandler(thereupon, {
      name: reaction.name,
      recordId: entry.stored.id,
      unit,
      entry,
      timeoutMs: reaction.options.timeoutMs ?? HANDLER_TIMEOUT_MS,
      surroundings,
    });
  const unit = open();
  try {
    const answer = await run(unit, (tools) => reaction.thereupon(event, tools));
    return isNotYet(answer) ? lacking(answer, [unit]) : unit;
  } catch (error) {
    if (!unit.refusals.has(error)) throw error;
    const { ifRefused } = reaction.options;
    if (ifRefused === undefined || ifRefused === 'park')
      throw new RefusedError(reaction.name, error);
    // What the handler did before the refusal is dropped with its unit.
    const instead = open();
    if (ifRefused === 'ignore') return instead;
    const answer = await run(instead, (tools) => ifRefused(error, event, tools));
    return isNotYet(answer) ? lacking(answer, [unit, instead]) : instead;
  }
}

/** An aggregate refused what a reaction asked of it. Retrying cannot help: a person decides. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code = 'refused';
  readonly retryable = false;
  readonly reaction: string;

  /** `ifExpected` is what to do when refusals are to be expected. */
  constructor(reaction: string, refusal: unknown, ifExpected = 'say so with ifRefused') {
    const why = refusal instanceof Error ? refusal.message : String(refusal);
    super(
      `"${reaction}" was refused: ${why} If that is to be expected, ${ifExpected}; ` +
        `otherwise redrive it when the aggregate can accept it.`,
      { cause: refusal },
    );
    this.reaction = reaction;
  }
}
