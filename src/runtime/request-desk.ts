import type { CancelTimer } from '../host/clock.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { modelName } from '../read-model/read-model.ts';
import { describeError } from '../subscription/failure.ts';
import { decideHere } from './parked-decision.ts';
import { handlerOf } from './parked-handler.ts';
import { rebuildModel } from './rebuild.ts';
import {
  type DecisionRequest,
  REQUESTS,
  type RebuildRequest,
  type Request,
  type RequestDetail,
  requestOf,
} from './request.ts';
import type { RunningContext } from './running-context.ts';

/** So many requests are looked at in one go, and may be under way at a time. */
const REQUESTS_MAX = 1_000;
/** At most so often, however much others commit. */
const LOOK_MS = 100;
/** What was left to another process, or could not be done, is looked at again after this time. */
const LOOK_AGAIN_MS = 1_000;

/** What became of looking at a request: `left` is what another process is to do, perhaps. */
type Handled = 'done' | 'left';

/**
 * Does what others have asked of this context by leaving a request in its log. Every process that
 * runs the context looks, and does what concerns what it handles: the decision about a record is
 * committed together with the request's end, so that it takes effect once.
 */
export class RequestDesk {
  readonly #running: RunningContext;
  readonly #underWay = new Map<string, UnderWay>();
  readonly #stopping = new AbortController();
  #stopListening = (): void => undefined;
  #cancelLook: CancelTimer | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(running: RunningContext) {
    this.#running = running;
  }

  start(): void {
    const { log } = this.#running;
    this.#stopListening = log.onChange((by) => by === 'foreign' && this.#lookSoon());
    this.#lookSoon();
  }

  /** Takes nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopListening();
    this.#cancelLook?.();
    await this.#looking;
    for (const { giveUp } of this.#underWay.values()) giveUp.abort();
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
  }

  #lookSoon(): void {
    this.#lookIn(Math.max(0, this.#lookedAt + LOOK_MS - this.#clock.now()));
  }

  #lookIn(delayMs: number): void {
    if (this.#stopping.signal.aborted || this.#looking !== undefined) return;
    this.#cancelLook ??= this.#clock.after(Math.min(LOOK_AGAIN_MS, delayMs), () => {
      this.#cancelLook = undefined;
      this.#looking = this.#look().finally(() => (this.#looking = undefined));
    });
  }

  async #look(): Promise<void> {
    this.#lookedAt = this.#clock.now();
    let rows: readonly WaitingRow[];
    try {
      rows = await this.#running.log.waiting({ subscription: REQUESTS, limit: REQUESTS_MAX });
    } catch (error) {
      return this.#tellTrouble(error);
    }
    if (this.#stopping.signal.aborted) return;
    for (const row of rows) if (!this.#underWay.has(row.recordId)) this.#begin(row);
    const asked = new Set(rows.map(({ recordId }) => recordId));
    if (rows.length === REQUESTS_MAX) return;
    for (const [id, { giveUp }] of this.#underWay) if (!asked.has(id)) giveUp.abort();
  }

  #begin(row: WaitingRow): void {
    const giveUp = new AbortController();
    const ended = this.#handle(row, giveUp.signal)
      .catch((error: unknown): Handled => {
        this.#tellTrouble(error);
        return 'left';
      })
      .then((handled) => {
        this.#underWay.delete(row.recordId);
        if (handled === 'left') this.#later();
      });
    this.#underWay.set(row.recordId, { giveUp, ended });
  }

  #later(): void {
    if (this.#stopping.signal.aborted || this.#cancelLook !== undefined) return;
    this.#cancelLook = this.#clock.after(LOOK_AGAIN_MS, () => {
      this.#cancelLook = undefined;
      this.#lookSoon();
    });
  }

  async #handle(row: WaitingRow, signal: AbortSignal): Promise<Handled> {
    const request = requestOf(row);
    // Left by a newer release: whoever knows it may run, too.
    if (request === undefined) return 'left';
    return request.action === 'rebuild'
      ? this.#rebuild(row, request, signal)
      : this.#decide(row, request);
  }

  async #decide(row: WaitingRow, request: DecisionRequest): Promise<Handled> {
    const running = this.#running;
    const { subscription, key, recordId } = request;
    const waiting = await running.log.waiting({ subscription, key, limit: REQUESTS_MAX });
    const parked = waiting.find((each) => each.recordId === recordId && each.kind === 'parked');
    if (parked === undefined) return this.#end(row, request, 'It is not parked any more.');
    const isHandled = handlerOf(running, parked) !== undefined;
    if (!isHandled && running.isElsewhere(subscription)) return 'left';
    if (await decideHere(running, parked, { ...request, request: row })) return 'done';
    const why = isHandled
      ? 'It is not parked any more.'
      : `Nothing handles "${subscription}" any more: discard it, or bring that back into the code.`;
    return this.#end(row, request, why);
  }

  async #rebuild(row: WaitingRow, request: RebuildRequest, signal: AbortSignal): Promise<Handled> {
    const running = this.#running;
    const model = running.context.readModels.find((each) => modelName(each) === request.model);
    if (model === undefined)
      return running.isShared ? 'left' : this.#end(row, request, 'There is no such read model.');
    if (running.models.get(model)?.subscriptions.length === 0) return 'left';
    try {
      await rebuildModel(running, model, { signal });
    } catch (error) {
      // What a stop has cut short is done after the next start.
      if (this.#stopping.signal.aborted) return 'left';
      return this.#end(row, request, describeError(error).message);
    }
    return this.#end(row, request);
  }

  /** Says in the audit trail what became of it; together with that it is gone. */
  async #end(row: WaitingRow, request: Request, refused?: string): Promise<Handled> {
    const { committer } = this.#running;
    const { action, who, why } = request;
    const said: RequestDetail = { request, ...(refused === undefined ? {} : { refused }) };
    const operation = { id: row.recordId, at: this.#clock.now(), who, action, why };
    await committer.commit({
      done: [row],
      operations: [{ ...operation, detail: JSON.stringify(said) }],
    });
    return 'done';
  }

  #tellTrouble(error: unknown): void {
    const { name: context, logger } = this.#running;
    const { code, message } = describeError(error);
    const about = 'doing what was asked for';
    logger.log({ level: 'warn', event: 'trouble', context, about, code, message });
    this.#later();
  }

  get #clock() {
    return this.#running.workplace.host.clock;
  }
}

interface UnderWay {
  readonly giveUp: AbortController;
  readonly ended: Promise<void>;
}
