import type { BoundedContext } from '../context/bounded-context.ts';
import type { LogReader } from '../log/log.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { WriteSet } from '../log/write-set.ts';
import { modelName } from '../read-model/read-model.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ByWhom } from './by-whom.ts';
import { type EndingContext, endOf, endRequest } from './end-request.ts';
import { NotPausableError } from './not-pausable.ts';
import { NotRunningHereError } from './not-running-here.ts';
import { type Pause, type PauseRequest, pausesIn } from './pause.ts';
import { type Request, type ResumeRequest, requestRow } from './request.ts';
import type { SubscriptionPart } from './subscription-part.ts';

/** A running context whose subscriptions can be paused. */
export interface PausingContext extends EndingContext {
  readonly name: string;
  readonly context: BoundedContext;
  readonly log: LogReader;
  readonly logger: Logger;
  readonly subscriptionParts: readonly Pick<SubscriptionPart, 'name' | 'pause'>[];
  /** Whether this is the name of something that it does by itself. */
  hasPart(name: string): boolean;
  /** Whether some process that runs it, perhaps by another release, has such a part. */
  isKnownElsewhere(name: string): boolean;
}

/**
 * Which subscriptions of a running context are paused: those of which a pause stands in its log. Each
 * process that runs the context looks when others have committed, and before it begins with a
 * subscription, so that nothing of it is handled before the first look.
 *
 * One thing is done after the other, so that what was read later is newer.
 */
export class Pauses {
  readonly #running: PausingContext;
  #standing: ReadonlyMap<string, readonly Pause[]> = new Map();
  /** The ids of those that are in the audit trail, as far as this process has seen to it. */
  #recorded: ReadonlySet<string> = new Set();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(running: PausingContext) {
    this.#running = running;
  }

  /** Pauses here what is paused, and resumes what is not any more. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#look());
  }

  /**
   * Looks, and says in the audit trail what was paused since. What can't be paused is refused there, and
   * its row is gone.
   */
  takeUp(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#look();
      const standing = [...this.#standing.values()].flat();
      for (const pause of standing)
        if (!this.#recorded.has(pause.row.recordId)) await this.#takeUp(pause);
      this.#recorded = new Set(standing.map(({ row }) => row.recordId));
    });
  }

  /** Does nothing where it is paused already. @throws {NotPausableError} for what can't be. */
  pause(subscription: string, { who, why }: ByWhom): Promise<void> {
    return this.#inTurn(async () => {
      this.#assertPausable(subscription);
      await this.#look();
      if (this.#standing.has(subscription)) return;
      const request: PauseRequest = { action: 'pause', subscription, who, why };
      const row = this.#rowOf(request);
      await this.#commit({ waiting: [row], operations: [endOf(this.#running, row, { request })] });
      await this.#look();
    });
  }

  /** Does nothing where it is not paused. @throws {NotPausableError} for what can't be. */
  resume(subscription: string, { who, why }: ByWhom): Promise<void> {
    return this.#inTurn(async () => {
      this.#assertPausable(subscription);
      await this.#look();
      if (!this.#standing.has(subscription)) return;
      const request: ResumeRequest = { action: 'resume', subscription, who, why };
      await this.#resume(request, this.#rowOf(request));
    });
  }

  /** Ends a request to resume: by doing so, or by refusing it where it is not paused. */
  endResume(request: ResumeRequest, row: WaitingRow): Promise<void> {
    return this.#inTurn(async () => {
      const { log } = this.#running;
      await this.#look();
      // Looked at after the pauses: those that another process has ended with it are not taken for new ones.
      const left = await log.waiting({ subscription: row.subscription, key: row.key, limit: 1 });
      if (left.length === 0) return;
      if (this.#standing.has(request.subscription)) return this.#resume(request, row);
      const refused = `${JSON.stringify(request.subscription)} is not paused.`;
      await endRequest(this.#running, row, { request, refused });
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #look(resumedBy?: ByWhom): Promise<void> {
    const before = this.#standing;
    this.#standing = await pausesIn(this.#running.log);
    for (const part of this.#running.subscriptionParts) {
      const { name } = part;
      const [was] = before.get(name) ?? [];
      const [is] = this.#standing.get(name) ?? [];
      // Also one that was begun since the last look.
      part.pause(is && `paused by ${is.request.who}: ${is.request.why}`);
      if (was === undefined && is !== undefined) this.#tell('paused', name, is.request);
      if (was !== undefined && is === undefined) this.#tell('resumed', name, resumedBy);
    }
  }

  async #takeUp({ request, row }: Pause): Promise<void> {
    const refused = this.#whyNotPausable(request.subscription);
    if (refused === undefined)
      return this.#commit({ operations: [endOf(this.#running, row, { request })] });
    // Another release that runs beside this one may know it, and then says so itself.
    if (!this.#running.isKnownElsewhere(request.subscription))
      await endRequest(this.#running, row, { request, refused: refused.message });
  }

  /** Takes its pauses away: with that also those are on record that were not taken up yet. */
  async #resume(request: ResumeRequest, row: WaitingRow): Promise<void> {
    const pauses = this.#standing.get(request.subscription) ?? [];
    const paused = pauses.map((pause) =>
      endOf(this.#running, pause.row, { request: pause.request }),
    );
    await this.#commit({
      done: [...pauses.map((pause) => pause.row), row],
      operations: [...paused, endOf(this.#running, row, { request })],
    });
    await this.#look(request);
  }

  #assertPausable(name: string): void {
    const error = this.#whyNotPausable(name);
    if (error !== undefined) throw error;
  }

  #whyNotPausable(name: string): Error | undefined {
    const running = this.#running;
    if (running.subscriptionParts.some((part) => part.name === name)) return undefined;
    const isInline = running.context.readModels.some((model) => modelName(model) === name);
    if (isInline || running.hasPart(name)) return new NotPausableError(running.name, name);
    return new NotRunningHereError(`subscription "${name}"`);
  }

  #rowOf(request: Request): WaitingRow {
    const { ids, clock } = this.#running.workplace.host;
    return requestRow(request, { id: ids.next(), at: clock.now() });
  }

  async #commit(change: WriteSet): Promise<void> {
    const { name, committer } = this.#running;
    const { kind } = await committer.commit(change);
    if (kind !== 'committed') throw new UnexpectedOutcomeError(name, kind);
  }

  #tell(event: 'paused' | 'resumed', subscription: string, by: ByWhom | undefined): void {
    const { name: context, logger } = this.#running;
    const told = by === undefined ? {} : { who: by.who, why: by.why };
    logger.log({ level: 'info', event, context, subscription, ...told });
  }
}
