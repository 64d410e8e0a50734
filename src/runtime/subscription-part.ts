import type { Log } from '../log/log.ts';
import type { Checkpoint } from '../log/write-set.ts';
import type { Slots } from '../subscription/assignment.ts';
import { SLOTS, slotOf } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import type { Subscription } from '../subscription/subscription.ts';
import type { Meeting, Part } from './part.ts';

/**
 * A subscription in this process: one reader for each range of its slots that is owned here. Ranges
 * that were apart when they were taken over each go on from where they stand.
 */
export class SubscriptionPart implements Part {
  readonly isWhole = false;
  readonly definition: SubscriptionDefinition;
  readonly #parts: SubscriptionPartParts;
  #ranges: readonly OwnedSubscription[] = [];
  #pausedWhy: string | undefined;

  constructor(definition: SubscriptionDefinition, parts: SubscriptionPartParts) {
    this.definition = definition;
    this.#parts = parts;
  }

  get name(): string {
    return this.definition.name;
  }

  get fingerprint(): string {
    return this.definition.fingerprint;
  }

  /** The readers of the ranges that are owned here. */
  get subscriptions(): readonly Subscription[] {
    return this.#ranges.map(({ subscription }) => subscription);
  }

  /** Whether all of it is done in this process. */
  get isAllHere(): boolean {
    return this.#ranges.reduce((sum, { slots }) => sum + slots.last - slots.first + 1, 0) === SLOTS;
  }

  /** The one reader of all slots; undefined where there are several, here or elsewhere. */
  get only(): Subscription | undefined {
    return this.#ranges.length === 1 && this.isAllHere ? this.#ranges[0]?.subscription : undefined;
  }

  get isLost(): boolean {
    return this.subscriptions.some(({ isLost }) => isLost);
  }

  /** How far all of it that is done here has come; undefined when none is. */
  get position(): number | undefined {
    const positions = this.subscriptions.map(({ position }) => position);
    return positions.length === 0 ? undefined : Math.min(...positions);
  }

  /** Who handles what belongs to a key; undefined: another process does. */
  ownerOf(key: string): Subscription | undefined {
    const slot = slotOf(key);
    const owned = this.#ranges.find(({ slots }) => slot >= slots.first && slot <= slots.last);
    return owned?.subscription;
  }

  /** Takes nothing more, whichever slots it is given, until it is paused for no reason any more. */
  pause(why: string | undefined): void {
    this.#pausedWhy = why;
    for (const subscription of this.subscriptions) pauseOrResume(subscription, why);
  }

  async start(slots: Slots): Promise<void> {
    const { log, owner, position, make, lookForPauses } = this.#parts;
    await lookForPauses();
    const ranges = await log.claim({
      subscription: this.name,
      firstSlot: slots.first,
      lastSlot: slots.last,
      owner,
      fingerprint: this.fingerprint,
      position,
    });
    const owned: OwnedSubscription[] = [];
    try {
      for (const range of ranges) {
        const subscription = make(this.definition);
        pauseOrResume(subscription, this.#pausedWhy);
        await subscription.startRange(range);
        owned.push({ subscription, slots: { first: range.firstSlot, last: range.lastSlot } });
      }
    } catch (error) {
      // Nobody would know of those that have begun, and they would go on with what is not theirs.
      await Promise.all(owned.map(({ subscription }) => subscription.stop()));
      throw error;
    }
    this.#ranges = owned;
    // It may have been paused or resumed while they began.
    this.pause(this.#pausedWhy);
  }

  async meet(wanted: number): Promise<Meeting | undefined> {
    const upTo = Math.max(wanted, ...this.subscriptions.map(({ position }) => position));
    for (const subscription of this.subscriptions) subscription.goUpTo(upTo);
    if (!this.subscriptions.every(({ isStill, position }) => isStill && position <= upTo))
      return undefined;
    const all = await this.#checkpoints();
    return { upTo, isThere: all.every(({ position }) => position === upTo) };
  }

  async isApart(): Promise<boolean> {
    const all = await this.#checkpoints();
    return (
      all.every(({ fingerprint }) => fingerprint === this.fingerprint) &&
      new Set(all.map(({ position }) => position)).size > 1
    );
  }

  async stop(): Promise<void> {
    const ranges = this.#ranges;
    this.#ranges = [];
    await Promise.all(ranges.map(({ subscription }) => subscription.stop()));
  }

  async #checkpoints(): Promise<readonly Checkpoint[]> {
    const all = await this.#parts.log.checkpoints();
    return all.filter(({ subscription }) => subscription === this.name);
  }
}

function pauseOrResume(subscription: Subscription, why: string | undefined): void {
  if (why === subscription.pausedWhy) return;
  if (why === undefined) subscription.resume();
  else subscription.pause(why);
}

interface OwnedSubscription {
  readonly subscription: Subscription;
  readonly slots: Slots;
}

export interface SubscriptionPartParts {
  readonly log: Log;
  readonly owner: string;
  /** Where it begins when it is new. */
  readonly position: number;
  readonly make: (definition: SubscriptionDefinition) => Subscription;
  /** Says with `pause` whether it is paused, as the log has it now. */
  readonly lookForPauses: () => Promise<void>;
}
