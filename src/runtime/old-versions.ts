import type { CancelTimer, Clock } from '../host/clock.ts';
import { LogClosedError, type LogReader } from '../log/log.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Checkpoint, Operation } from '../log/write-set.ts';
import { holdsInstances } from '../process/process-instance.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { describeError } from '../subscription/failure.ts';
import { slotOf } from '../subscription/slot.ts';
import type { Logger } from '../telemetry/logger.ts';
import { buildingOf, isBuilding } from './building.ts';
import type { ByWhom } from './by-whom.ts';
import { inlineMark } from './inline-models.ts';
import { type ModelPlace, removeModel } from './remove-model.ts';

/** A read model's version that nobody knows any more is kept for so long: a week. */
export const OLD_READ_MODELS_KEPT_MS = 604_800_000;
/** The first look comes after the start has been got over. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 3_600_000;
/** Under this name a waiting row stands for each version that nobody knows, since when. */
export const OLD_VERSIONS = 'old versions of read models';
const NOTED_MAX = 10_000;

/**
 * Drops the versions of read models that the code does not know any more. Looked at once an hour, as
 * long as there are any.
 *
 * - known: declared by this context, in this process or in another one. It is never dropped, and one
 *   that comes back in time goes on where it was: that is looked at where nobody can come back.
 * - old: not declared, and what is declared under its name has caught up. Noted in the waiting
 *   table, from when on; dropped when it has been that for the whole time, over all restarts.
 * - still needed: not declared, but its successor is behind. Who goes back to it finds it.
 */
export class OldVersions {
  readonly #parts: OldVersionsParts;
  #cancel: CancelTimer = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** Where the log ended at the look before: who has come so far has caught up. */
  #headBefore = 0;

  constructor(parts: OldVersionsParts) {
    this.#parts = parts;
  }

  /** Forgets what was noted of versions that are known again. For a start, before they are made. */
  async takeBack(): Promise<void> {
    const { log, committer } = this.#parts;
    const there = await log.models();
    const known = (await this.#noted()).filter(({ key }) => this.#isKnown(key));
    // Its removal was begun: what is left of it would be folded into what is built anew.
    for (const { key } of known) if (!there.includes(key)) await removeModel(this.#parts, key);
    if (known.length > 0) await committer.commit({ done: known });
  }

  start(): void {
    this.#headBefore = this.#parts.head();
    this.#lookAfter(FIRST_LOOK_MS);
  }

  /** Looks no more. A removal under way ends with the log, and is taken up at another start. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Resolves when nothing is under way. */
  async ended(): Promise<void> {
    await this.#looking;
  }

  /**
   * Drops a version at once, as a person has asked for, whether it is still needed or not. Answers why it
   * was not dropped; undefined when it was: then `end` is committed with the last of it.
   */
  dropNow(model: string, end: EndOfDrop): Promise<string | undefined> {
    const dropped = this.#looking.then(() => this.#dropNow(model, end));
    this.#looking = dropped.then(
      () => undefined,
      () => undefined,
    );
    return dropped;
  }

  async #dropNow(
    model: string,
    { request, operation, by }: EndOfDrop,
  ): Promise<string | undefined> {
    const { log, committer, clock } = this.#parts;
    const there = await log.models();
    const noted = (await this.#noted()).find(({ key }) => key === model);
    const refused = this.#whyKept(model, there);
    if (refused !== undefined) return refused;
    // One that is noted and not there was being removed when the process ended.
    if (!there.includes(model) && noted === undefined) return `There is no ${model} any more.`;
    const note = noted ?? this.#note(model, clock.now());
    // As long as it is noted, another start goes on with it.
    if (noted === undefined) await committer.commit({ waiting: [note] });
    const isRemoved = await this.#removeUnknown(model);
    if (isRemoved === undefined) return 'Another process is just starting. Ask again.';
    if (!isRemoved) return isKnownNow(model);
    await committer.commit({ done: [note, request], operations: [operation] });
    this.#tell(note, by);
    return undefined;
  }

  /** False when it is known again, undefined when it may be in a moment: then nothing was removed. */
  #removeUnknown(model: string): Promise<boolean | undefined> {
    return this.#parts.whileNobodyJoins(async (known) => {
      if (this.#isDeclared(model) || isAmong(known, model)) return false;
      await removeModel(this.#parts, model);
      return true;
    });
  }

  #whyKept(model: string, there: readonly string[]): string | undefined {
    if (this.#isKnown(model)) return isKnownNow(model);
    if (isBuilding(model) || there.includes(buildingOf(model))) return `${model} is being rebuilt.`;
    if (holdsInstances(model)) return `${model} is no read model.`;
    return undefined;
  }

  #lookAfter(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    const { log, logger } = this.#parts;
    try {
      if (!(await this.#noteAndDrop())) return;
    } catch (error) {
      // Nothing is lost by keeping them for longer; the next look comes in an hour.
      const { code, message } = describeError(error);
      const about = 'dropping old versions of read models';
      const isStop = this.#isStopped && error instanceof LogClosedError;
      if (!isStop)
        logger.log({ level: 'warn', event: 'trouble', context: log.context, about, code, message });
    }
    this.#lookAfter(LOOK_EVERY_MS);
  }

  /** Answers whether there is something to look at again. */
  async #noteAndDrop(): Promise<boolean> {
    const { log, committer, clock, keptMs, head } = this.#parts;
    const there = (await log.models()).filter((name) => !isBuilding(name) && !holdsInstances(name));
    const noted = await this.#noted();
    const ranges = await log.checkpoints();
    const old = there.filter((name) => !this.#isKnown(name) && this.#isSucceeded(name, ranges));
    this.#headBefore = head();
    const now = clock.now();
    const isNoted = (name: string): boolean => noted.some(({ key }) => key === name);
    const waiting = old.filter((name) => !isNoted(name)).map((name) => this.#note(name, now));
    // Needed again. One that is not there any more was being removed.
    const done = noted.filter(({ key }) => there.includes(key) && !old.includes(key));
    if (waiting.length + done.length > 0) await committer.commit({ waiting, done });
    const due = [...noted, ...waiting].filter(
      (note) => !done.includes(note) && note.since + keptMs <= now,
    );
    for (const note of due) await this.#drop(note);
    return noted.length > 0 || !there.every((name) => this.#isKnown(name));
  }

  async #drop(note: WaitingRow): Promise<void> {
    if (this.#isStopped) return;
    const { committer } = this.#parts;
    // When it is known again its note goes at the next look, if whoever knows it has not taken it.
    if ((await this.#removeUnknown(note.key)) !== true) return;
    // Last: as long as it is noted, whatever was not removed is removed at the next look.
    await committer.commit({ done: [note] });
    this.#tell(note, {});
  }

  #tell({ key: subscription, since: at }: WaitingRow, by: Partial<ByWhom>): void {
    const { log, logger } = this.#parts;
    const since = new Date(at).toISOString();
    const line = { context: log.context, subscription, since, ...by };
    logger.log({ level: 'info', event: 'dropped', ...line });
  }

  #noted(): Promise<readonly WaitingRow[]> {
    return notedOldVersions(this.#parts.log);
  }

  #note(name: string, now: number): WaitingRow {
    return {
      subscription: OLD_VERSIONS,
      key: name,
      recordId: name,
      kind: 'timer',
      position: 0,
      slot: slotOf(name),
      due: now,
      attempts: 0,
      error: null,
      correlationId: '',
      since: now,
      payload: null,
    };
  }

  #isKnown(name: string): boolean {
    return this.#isDeclared(name) || isAmong(this.#parts.knownElsewhere(), name);
  }

  #isDeclared(name: string): boolean {
    return this.#parts.declared.some((model) => modelName(model) === name);
  }

  /**
   * Whether each version that is declared under its name has come as far as the log was, whichever
   * processes fold it. One that is inline is never behind.
   */
  #isSucceeded(name: string, ranges: readonly Checkpoint[]): boolean {
    return this.#parts.declared
      .filter((model) => model.name === nameOf(name) && !model.inline)
      .every((model) => {
        const own = ranges.filter(({ subscription }) => subscription === modelName(model));
        return own.length > 0 && own.every(({ position }) => position >= this.#headBefore);
      });
  }
}

/** As a part, or folded inline. */
function isAmong(known: ReadonlySet<string>, model: string): boolean {
  return known.has(model) || known.has(inlineMark(model));
}

function isKnownNow(model: string): string {
  return `A running process knows ${model}: it is read and folded.`;
}

/** A row for each version that nobody knows, under its name, since when. */
export function notedOldVersions(log: LogReader): Promise<readonly WaitingRow[]> {
  return log.waiting({ subscription: OLD_VERSIONS, limit: NOTED_MAX });
}

/** What is committed when a version was dropped that somebody has asked for. */
export interface EndOfDrop {
  readonly request: WaitingKey;
  readonly operation: Operation;
  readonly by: ByWhom;
}

/** The part of `name@version` that all versions share. */
function nameOf(versioned: string): string {
  return versioned.slice(0, versioned.lastIndexOf('@'));
}

export interface OldVersionsParts extends ModelPlace {
  readonly clock: Clock;
  readonly logger: Logger;
  /** In milliseconds. */
  readonly keptMs: number;
  readonly declared: readonly AnyReadModel[];
  /** What other processes know, which may run another release. */
  readonly knownElsewhere: () => ReadonlySet<string>;
  /**
   * Runs `work` with what other processes know while none can join that knows more; undefined when
   * one is just joining.
   */
  readonly whileNobodyJoins: <T>(
    work: (known: ReadonlySet<string>) => Promise<T>,
  ) => Promise<T | undefined>;
  /** The highest position of the log. */
  readonly head: () => number;
}
