import type { SharedPart, Slots } from '../subscription/assignment.ts';

/**
 * One of the things that a running context does by itself: a subscription, the intake of a source,
 * the relay, timers. It is begun with slots of its keys, ended, and perhaps begun again with others.
 */
export interface Part extends SharedPart {
  start(slots: Slots): Promise<void>;
  /** Finishes what is under way. Idempotent. */
  stop(): Promise<void>;
  /** Whether somebody else has taken over what was begun here, so that nothing is done here any more. */
  readonly isLost: boolean;
  /**
   * Goes no further than `upTo`, or than where it stands when that is further on. Answers with where
   * that is, and whether all who work on it, here and elsewhere, have come there for good; undefined
   * while something under way may still bring it further.
   */
  meet?(upTo: number): Promise<Meeting | undefined>;
  /** Whether its ranges are dealt as here, and do not stand at one position. */
  isApart?(): Promise<boolean>;
}

/** Where those meet who work on a part. */
export interface Meeting {
  readonly upTo: number;
  readonly isThere: boolean;
}

/** What one process does for all: made anew each time it begins. */
export class WholePart<Work extends Working> implements Part {
  readonly name: string;
  readonly fingerprint = '';
  readonly isWhole = true;
  readonly #make: () => Work | Promise<Work | undefined>;
  #work: Work | undefined;
  #isHere = false;

  /** `make` may answer with nothing, when there is nothing to do. */
  constructor(name: string, make: () => Work | Promise<Work | undefined>) {
    this.name = name;
    this.#make = make;
  }

  /** What works now, if this process does it. */
  get work(): Work | undefined {
    return this.#work;
  }

  /** Whether this process does it, though there may be nothing to do. */
  get isHere(): boolean {
    return this.#isHere;
  }

  get isLost(): boolean {
    return this.#work?.isLost === true;
  }

  async start(): Promise<void> {
    this.#isHere = true;
    this.#work = await this.#make();
    await this.#work?.start();
  }

  async stop(): Promise<void> {
    const work = this.#work;
    this.#work = undefined;
    this.#isHere = false;
    await work?.stop();
  }
}

interface Working {
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
  readonly isLost?: boolean;
}
