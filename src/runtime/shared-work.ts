import type { Clock } from '../host/clock.ts';
import type { Ids } from '../host/ids.ts';
import type { Holdings, Member, Membership, NewMember } from '../log/membership.ts';
import {
  areAllSlots,
  isHeldByOthers,
  type Slots,
  slotsAsBefore,
  slotsOf,
  isDealtOtherwise,
} from '../subscription/assignment.ts';
import { describeError } from '../subscription/failure.ts';
import { slotOf } from '../subscription/slot.ts';
import { Wake } from '../subscription/wake.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Part } from './part.ts';

/** It says that it lives so many times within a lease. */
const BEATS_A_LEASE = 4;

/**
 * The part that this process has in the work on a context that several processes run.
 *
 * - It says again and again that it lives, and works out from who else does what is its own.
 * - What is not its own any more it finishes and lets go, and tells that; what is, it takes over as
 *   soon as nobody else works on it any more, or after a lease: whoever has not let go by then does
 *   not live, and is fenced by the claim. What was fenced here it lets go, and finds out anew whose
 *   it is.
 * - Where processes of a newer release deal the keys of something otherwise, it goes on with that up
 *   to where all stand at one position, and then lets go: from there on it is theirs. Before that it
 *   also takes up what another of its release left behind by dying: nobody else knows that deal.
 * - A process that could not say that it lives for a whole lease lets go of everything by itself:
 *   others have taken it over. It joins anew when it can.
 */
export class SharedWork {
  readonly #options: SharedWorkOptions;
  readonly #wake = new Wake();
  readonly #stopping = new AbortController();
  /** Also what it is just letting go. */
  readonly #held = new Map<Part, Slots>();
  readonly #leaving = new Map<Part, Promise<void>>();
  /** What it is about to begin. Others know of it before it is begun. */
  readonly #beginning = new Map<Part, Slots>();
  /** What goes no further than to where all stand, for others to go on otherwise. */
  readonly #meeting = new Map<Part, number | undefined>();
  /** When it could not be begun. */
  readonly #failedAt = new Map<Part, number>();
  /** Since when a part is waited for that somebody else still works on. */
  readonly #wanted = new Map<Part, number>();
  #id = '';
  #members: readonly Member[] = [];
  #beatAt = 0;
  #stopListening = (): void => undefined;
  #cancelLook = (): void => undefined;
  #loop: Promise<void> | undefined;

  constructor(options: SharedWorkOptions) {
    this.#options = options;
  }

  /** The names of the parts that some process knows. */
  get known(): ReadonlySet<string> {
    return knownBy(this.#members);
  }

  /** Those that live, as far as was heard. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /**
   * Whether all that there is to do is in somebody's hands, as far as was heard. While a part goes
   * from one to another, nobody does it.
   */
  get isAllTaken(): boolean {
    const others = this.#members.filter(({ id }) => id !== this.#id);
    return this.#options.parts.every((part) => {
      const own = this.#leaving.has(part) ? undefined : this.#held.get(part);
      const theirs = others.flatMap(({ holds }) => {
        const held = holds[part.name];
        return held === undefined ? [] : [{ first: held[0], last: held[1] }];
      });
      return areAllSlots(own === undefined ? theirs : [own, ...theirs]);
    });
  }

  /** Joins, and takes over what is its own. Resolves once it works on all that nobody holds. */
  async start(): Promise<void> {
    const { membership } = this.#options;
    await this.#join();
    this.#stopListening = membership.onChange(() => this.#wake.ring());
    await this.#beat();
    this.#loop = this.#run();
  }

  /** Lets go of everything, and leaves. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopListening();
    this.#cancelLook();
    this.#wake.ring();
    await this.#loop;
    await this.#letGo([...this.#held.keys()]);
    // Whoever does not hear of it finds out after a lease.
    await this.#options.membership.leave(this.#id).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    const everyMs = this.#everyMs;
    while (!signal.aborted) {
      // All contexts of a process at one moment, so that they share a question to the server.
      const cancel = clock.after(everyMs - (clock.elapsedMs() % everyMs), () => this.#wake.ring());
      await this.#wake.sleep();
      cancel();
      if (signal.aborted) return;
      try {
        await this.#beat();
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  async #join(): Promise<void> {
    const { membership, ids, parts, tells, setUp } = this.#options;
    this.#id = ids.next();
    const knows = Object.fromEntries(parts.map(({ name, fingerprint }) => [name, fingerprint]));
    await membership.join({ id: this.#id, knows: { ...knows, ...tells } }, setUp);
    this.#beatAt = this.#options.clock.elapsedMs();
  }

  async #beat(): Promise<void> {
    const members = await this.#say();
    if (members === undefined) {
      this.#tell('warn', 'having been taken for dead, as it did not say that it lives');
      await this.#letGo([...this.#held.keys()]);
      await this.#join();
      return;
    }
    void this.#letGo(await this.#notOwnAnyMore(members));
    await this.#takeOver(members);
    if (this.#wanted.size + this.#meeting.size > 0) this.#lookSoon();
  }

  /** That it lives, and on what it works. Answers with who lives; undefined when taken for dead. */
  async #say(): Promise<readonly Member[] | undefined> {
    const { membership, clock } = this.#options;
    const before = clock.elapsedMs();
    const members = await membership.beat(this.#id, this.#holdings());
    if (members === undefined) this.#wake.ring();
    else {
      this.#beatAt = before;
      this.#members = members;
    }
    return members;
  }

  async #notOwnAnyMore(members: readonly Member[]): Promise<Part[]> {
    const parts: Part[] = [];
    for (const [part, slots] of this.#held) {
      if (this.#leaving.has(part)) continue;
      if (part.isLost) parts.push(part);
      else if (areSame(this.#slotsOf(part, members), slots)) {
        if (this.#meeting.has(part)) parts.push(part);
      } else if (await this.#mayGo(part, members)) parts.push(part);
      else if (await this.#isMoreLeft(part, slots, members)) parts.push(part);
    }
    return parts;
  }

  /**
   * Whether others can go on with a part from where it stands. All who hold it say first how far they
   * go at most; the furthest of these is where all meet, and it does not move any more.
   */
  async #mayGo(part: Part, members: readonly Member[]): Promise<boolean> {
    if (part.meet === undefined || !isDealtOtherwise(part, members)) return true;
    const others = members.flatMap(({ id, holds }) =>
      id === this.#id ? [] : [holds[part.name] ?? []].filter((held) => held.length > 0),
    );
    const said = others.map(([, , upTo]) => upTo ?? Number.POSITIVE_INFINITY);
    const saidAll = said.every(Number.isFinite);
    const own = this.#meeting.get(part);
    const met = await part.meet(Math.max(own ?? 0, ...(saidAll ? said : [])));
    // Once said it is not taken back: while it goes on to where all meet, it is somewhere before that.
    this.#meeting.set(part, met?.upTo ?? own);
    if (met !== undefined && met.upTo !== own) this.#wake.ring();
    return saidAll && met?.isThere === true && said.every((each) => each === met.upTo);
  }

  /** Whether one that dealt alike has died, and left to this one what nobody else can go on with. */
  async #isMoreLeft(part: Part, held: Slots, members: readonly Member[]): Promise<boolean> {
    const before = slotsAsBefore(part, this.#id, members);
    if (before === undefined || areSame(before, held)) return false;
    const others = members.filter(({ id }) => id !== this.#id);
    return !isHeldByOthers(part.name, before, others) && (await part.isApart?.()) === true;
  }

  /** Not waited for by whoever must say meanwhile that it lives: a handler may take its time. */
  #letGo(parts: readonly Part[]): Promise<unknown> {
    return Promise.all(
      parts.map((part) => {
        const leaving = this.#leaving.get(part) ?? this.#leave(part);
        this.#leaving.set(part, leaving);
        return leaving;
      }),
    );
  }

  async #leave(part: Part): Promise<void> {
    try {
      await part.stop();
    } catch (error) {
      this.#tell('error', `letting go of "${part.name}"`, error);
    } finally {
      this.#held.delete(part);
      this.#leaving.delete(part);
      this.#meeting.delete(part);
      this.#wake.ring();
    }
  }

  /**
   * Says first what it is about to begin, and begins what is still its own by the answer: two that
   * come at one moment would both begin the same, each by a list that the other is not on.
   */
  async #takeOver(members: readonly Member[]): Promise<void> {
    for (const part of this.#options.parts) {
      const slots = await this.#due(part, members);
      if (slots !== undefined) this.#beginning.set(part, slots);
    }
    if (this.#beginning.size === 0) return;
    try {
      await this.#beginAnnounced();
    } finally {
      this.#beginning.clear();
    }
  }

  async #beginAnnounced(): Promise<void> {
    let members = await this.#say();
    for (const [part, slots] of this.#beginning) {
      // What begins may take its time, and meanwhile others may come.
      if (this.#isTimeToSay) members = await this.#say();
      if (members === undefined || this.#stopping.signal.aborted) return;
      if (areSame(await this.#due(part, members), slots)) await this.#begin(part, slots);
      this.#beginning.delete(part);
      if (!this.#held.has(part)) members = await this.#say();
    }
  }

  get #isTimeToSay(): boolean {
    return this.#wake.isRung || this.#options.clock.elapsedMs() - this.#beatAt > this.#everyMs;
  }

  /** Which slots of a part are to be begun here, as nobody else works on them. */
  async #due(part: Part, members: readonly Member[]): Promise<Slots | undefined> {
    const own = this.#held.has(part)
      ? undefined
      : (this.#slotsOf(part, members) ?? (await this.#leftBehind(part, members)));
    if (own === undefined) this.#wanted.delete(part);
    else if (!this.#mustWait(part, own, members) && !this.#hasJustFailed(part)) return own;
    return undefined;
  }

  /** What is this one's although others came that deal it otherwise: they cannot go on with it yet. */
  async #leftBehind(part: Part, members: readonly Member[]): Promise<Slots | undefined> {
    if (part.isApart === undefined || !isDealtOtherwise(part, members)) return undefined;
    return (await part.isApart()) ? slotsAsBefore(part, this.#id, members) : undefined;
  }

  /** Others finish what they have begun, unless it takes them longer than a lease. */
  #mustWait(part: Part, own: Slots, members: readonly Member[]): boolean {
    const { clock, membership } = this.#options;
    const others = members.filter(({ id }) => id !== this.#id);
    if (!isHeldByOthers(part.name, own, others)) {
      this.#wanted.delete(part);
      return false;
    }
    const since = this.#wanted.get(part) ?? clock.elapsedMs();
    this.#wanted.set(part, since);
    return clock.elapsedMs() - since < membership.leaseMs;
  }

  async #begin(part: Part, slots: Slots): Promise<void> {
    try {
      await this.#sayingMeanwhile(part.start(slots));
      this.#held.set(part, slots);
      this.#wanted.delete(part);
    } catch (error) {
      this.#failedAt.set(part, this.#options.clock.elapsedMs());
      await part.stop();
      this.#tell('error', `beginning "${part.name}"`, error);
    }
  }

  /** Whoever begins something for longer than a lease would be taken for dead. */
  async #sayingMeanwhile(begins: Promise<void>): Promise<void> {
    const over = new AbortController();
    const saying = this.#sayUntil(over.signal);
    try {
      await begins;
    } finally {
      over.abort();
      await saying;
    }
  }

  async #sayUntil(over: AbortSignal): Promise<void> {
    for (;;) {
      await this.#options.clock.sleep(this.#everyMs, over);
      if (over.aborted) return;
      // What keeps it from saying so is told by the next one, which is waited for.
      await this.#say().catch(() => undefined);
    }
  }

  #hasJustFailed(part: Part): boolean {
    const failedAt = this.#failedAt.get(part) ?? Number.NEGATIVE_INFINITY;
    return this.#options.clock.elapsedMs() - failedAt < this.#everyMs / 2;
  }

  get #everyMs(): number {
    return this.#options.membership.leaseMs / BEATS_A_LEASE;
  }

  /** While the server cannot be reached nothing can be done, and after a lease nothing is ours. */
  async #failed(error: unknown): Promise<void> {
    const { clock, membership } = this.#options;
    this.#tell('error', 'saying that it lives', error);
    if (clock.elapsedMs() - this.#beatAt > membership.leaseMs)
      await this.#letGo([...this.#held.keys()]);
  }

  /** One at a time: each beat looks, and what is waited for is looked for so long after the last one. */
  #lookSoon(): void {
    const { clock, membership } = this.#options;
    this.#cancelLook();
    this.#cancelLook = clock.after(membership.leaseMs / 20, () => this.#wake.ring());
  }

  #slotsOf(part: Part, members: readonly Member[]): Slots | undefined {
    const { name, isWhole } = part;
    return slotsOf({ name, isWhole, slot: slotOf(name) }, this.#id, members);
  }

  #holdings(): Holdings {
    const holdings: Record<string, Holdings[string]> = {};
    for (const [part, { first, last }] of [...this.#beginning, ...this.#held]) {
      const upTo = this.#meeting.get(part);
      holdings[part.name] = upTo === undefined ? [first, last] : [first, last, upTo];
    }
    return holdings;
  }

  #tell(level: 'warn' | 'error', about: string, error?: unknown): void {
    const { context, logger } = this.#options;
    const { code, message } =
      error === undefined ? { code: null, message: about } : describeError(error);
    logger.log({ level, event: 'trouble', context, about, code, message });
  }
}

/** The names of the parts that some of these know. */
export function knownBy(members: readonly Member[]): ReadonlySet<string> {
  return new Set(members.flatMap(({ knows }) => Object.keys(knows)));
}

function areSame(some: Slots | undefined, others: Slots): boolean {
  return some?.first === others.first && some.last === others.last;
}

export interface SharedWorkOptions {
  readonly context: string;
  readonly membership: Membership;
  /** In the order in which they begin. */
  readonly parts: readonly Part[];
  /** What it knows besides: what each does for itself, and no part of which each has a share. */
  readonly tells?: NewMember['knows'];
  /** What is made before anything begins, by one process at a time. */
  readonly setUp: (others: readonly Member[]) => Promise<void>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}
