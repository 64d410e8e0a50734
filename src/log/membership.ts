/**
 * Several processes that run one context on one log. Each says again and again that it lives, what
 * it knows, and which slots of it it works on; who falls silent is taken for dead. That decides who
 * works on what, so that work is neither left nor done twice over; that nothing is *committed*
 * twice is never its matter, but that of the fences of a write set.
 *
 * A store whose logs have one owner, such as a file, has none.
 */
export interface Membership {
  /**
   * Becomes one of them, and runs `setUp` while no other process of the context does: tables are
   * made, and what is new begins, by one at a time.
   */
  join(member: NewMember, setUp: (others: readonly Member[]) => Promise<void>): Promise<void>;
  /**
   * Runs `work` while no process joins, with all that live: what it sees of them holds until it is
   * over. Undefined, and nothing was done, when one is just joining, which may take its time.
   */
  whileNobodyJoins<T>(work: (members: readonly Member[]) => Promise<T>): Promise<T | undefined>;
  /**
   * Says that it lives, and on what it works now; tells the others when that has changed. Answers
   * with all that live, the oldest first; undefined when this one was taken for dead: whatever it
   * works on is somebody else's by now, and it must join anew.
   */
  beat(id: string, holds: Holdings): Promise<readonly Member[] | undefined>;
  leave(id: string): Promise<void>;
  /** Called when somebody joined, left, or works on something else. Returns how to stop it. */
  onChange(listener: () => void): () => void;
  /** Who does not beat for so long is taken for dead, in milliseconds. */
  readonly leaseMs: number;
}

/**
 * Parts by their names, each with the slots that are worked on, both included; and, when others are
 * to go on with it otherwise, the position that its holder goes no further than.
 */
export type Holdings = Readonly<
  Record<string, readonly [first: number, last: number, upTo?: number]>
>;

/** A process on its way in. */
export interface NewMember {
  readonly id: string;
  /**
   * The parts that it knows, each with what its keys are dealt by; and what each process does for
   * itself, dealt by nothing.
   */
  readonly knows: Readonly<Record<string, string>>;
}

export interface Member extends NewMember {
  readonly holds: Holdings;
}
