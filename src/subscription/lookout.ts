import { ANYTHING } from '../reaction/looked-at.ts';

/** So many topics are looked out for; who comes beyond that is only asked again in its time. */
const TOPICS_MAX = 100_000;
/** So many moves are remembered while somebody is asked; who was asked before may have missed one. */
const RECENT_MAX = 1_000;

/**
 * Looks out for what keys wait for that answered `notYet`: each names the topics that it has looked
 * at, and is found when one of them moves. What moves while a key is being asked is remembered, as
 * it may have looked just before.
 */
export class Lookout {
  readonly #waiting = new Map<string, Waiting>();
  readonly #keysOf = new Map<string, Set<string>>();
  #topics = 0;
  #asking = 0;
  /** What moved last, and how much had moved before the first of it. */
  #recent: string[] = [];
  #before = 0;

  /** Whether it matters what moves. */
  get isLookingOut(): boolean {
    return this.#asking > 0 || this.#waiting.size > 0;
  }

  /** A key is about to be asked. Answers with the moment, for `hasMoved`; ends with `asked`. */
  ask(): number {
    this.#asking += 1;
    return this.#before + this.#recent.length;
  }

  asked(): void {
    this.#asking -= 1;
    if (this.#asking === 0) this.#forget(this.#recent.length);
  }

  /** Whether one of these topics may have moved since a moment. */
  hasMoved(topics: readonly string[], since: number): boolean {
    if (since < this.#before) return true;
    const moved = new Set(this.#recent.slice(since - this.#before));
    return moved.size > 0 && topics.some((topic) => topic === ANYTHING || moved.has(topic));
  }

  /** Looks out for what a key waits for, until some of it moves. */
  add(key: string, waiting: Waiting): void {
    this.remove(key);
    const { topics } = waiting;
    if (this.#topics + topics.length > TOPICS_MAX) return;
    this.#topics += topics.length;
    this.#waiting.set(key, waiting);
    for (const topic of topics) {
      const keys = this.#keysOf.get(topic);
      if (keys === undefined) this.#keysOf.set(topic, new Set([key]));
      else keys.add(key);
    }
  }

  remove(key: string): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    this.#topics -= waiting.topics.length;
    for (const topic of waiting.topics) {
      const keys = this.#keysOf.get(topic);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysOf.delete(topic);
    }
  }

  clear(): void {
    this.#waiting.clear();
    this.#keysOf.clear();
    this.#topics = 0;
  }

  /** Something moved. Answers with the keys that waited for it, and looks out for them no more. */
  moved(topics: ReadonlySet<string>): ReadonlyMap<string, Waiting> {
    if (this.#asking > 0) {
      for (const topic of topics) this.#recent.push(topic);
      if (this.#recent.length > RECENT_MAX) this.#forget(this.#recent.length - RECENT_MAX / 2);
    }
    const found = new Map<string, Waiting>();
    for (const topic of [ANYTHING, ...topics])
      for (const key of this.#keysOf.get(topic) ?? [])
        found.set(key, this.#waiting.get(key) as Waiting);
    for (const key of found.keys()) this.remove(key);
    return found;
  }

  /** Anything may have moved. Answers with all keys that wait, and looks out for them no more. */
  movedAny(): ReadonlyMap<string, Waiting> {
    if (this.#asking > 0) this.#forget(this.#recent.length);
    // Who was asked before this moment may have missed it.
    this.#before += 1;
    const found = new Map(this.#waiting);
    this.clear();
    return found;
  }

  #forget(count: number): void {
    this.#before += count;
    this.#recent = this.#recent.slice(count);
  }
}

/** What a key waits for, and from when on it is worth asking it again. */
export interface Waiting {
  readonly topics: readonly string[];
  readonly earliest: number;
}
