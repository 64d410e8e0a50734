import type { CancelTimer } from '../host/clock.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { RECURRING_TIMERS } from '../process/timer-row.ts';
import { modelName } from '../read-model/read-model.ts';
import { describeError } from '../subscription/failure.ts';
import { FencedError } from '../subscription/fenced.ts';
import { EditRefusedError } from './edit-refused.ts';
import { endOf, endRequest } from './end-request.ts';
import { type AskedImport, ImportDesk } from './import-desk.ts';
import { isDealtNotice } from './dealt-notice.ts';
import { decideHere } from './parked-decision.ts';
import { handlerOf } from './parked-handler.ts';
import { rebuildModel } from './rebuild.ts';
import {
  type DecisionRequest,
  type DropModelRequest,
  type ImportRequest,
  REQUESTS,
  type LeftRequest,
  type RebuildRequest,
  type TimerRequest,
  requestOf,
} from './request.ts';
import type { RunningContext } from './running-context.ts';
import { takeUpDealt } from './take-up-dealt.ts';

/** So many requests are looked at in one go, and may be under way at a time. */
const REQUESTS_MAX = 1_000;
/** At most so often, however much others commit. */
const LOOK_MS = 100;
/** What was left to another process, or could not be done, is looked at again after this time. */
const LOOK_AGAIN_MS = 1_000;

/** Why a time that recurs is not cancelled: it would be set again at the next start. */
const RECURS =
  'It recurs, as the code says. To end it, take it out of the reactions and process managers that listen to it.';

const NOT_PARKED = 'It is not parked any more.';

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
  readonly #imports: ImportDesk;
  #stopListening = (): void => undefined;
  #cancelLook: CancelTimer | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** When it looks next; Infinity when nothing calls for it. */
  #nextMs = Number.POSITIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #takingUp: Promise<void> | undefined;

  constructor(running: RunningContext) {
    this.#running = running;
    this.#imports = new ImportDesk(running, {
      // Whoever leaves many leaves the next ones meanwhile.
      onPause: (isDone) => (isDone ? this.#lookIn(0) : this.#later()),
      onTrouble: (error) => this.#tellTrouble(error),
    });
  }

  start(): void {
    const { log, committer } = this.#running;
    const stops = [
      log.onChange((by) => by === 'foreign' && this.#lookSoon()),
      // What one range of slots deals to another one may be for one of this process, too.
      committer.onCommitted(
        ({ waiting }) => waiting?.some(isDealtNotice) === true && this.#lookSoon(),
      ),
    ];
    this.#stopListening = () => stops.forEach((stop) => stop());
    this.#lookSoon();
  }

  /** Takes nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopListening();
    this.#cancelLook?.();
    await this.#looking;
    await this.#takingUp;
    await this.#imports.stop();
    for (const { giveUp } of this.#underWay.values()) giveUp.abort();
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
  }

  #lookSoon(): void {
    this.#lookIn(Math.max(0, this.#lookedAtMs + LOOK_MS - this.#clock.elapsedMs()));
  }

  #later(): void {
    this.#lookIn(LOOK_AGAIN_MS);
  }

  /** The sooner of this and what is planned. While it looks, something may come that it does not see. */
  #lookIn(delayMs: number): void {
    if (this.#stopping.signal.aborted) return;
    const atMs = this.#clock.elapsedMs() + delayMs;
    if (atMs >= this.#nextMs) return;
    this.#nextMs = atMs;
    if (this.#looking === undefined) this.#plan(delayMs);
  }

  #plan(delayMs: number): void {
    this.#cancelLook?.();
    this.#cancelLook = this.#clock.after(delayMs, () => {
      this.#nextMs = Number.POSITIVE_INFINITY;
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
        if (this.#nextMs < Number.POSITIVE_INFINITY && !this.#stopping.signal.aborted)
          this.#plan(Math.max(0, this.#nextMs - this.#clock.elapsedMs()));
      });
    });
  }

  async #look(): Promise<void> {
    this.#lookedAtMs = this.#clock.elapsedMs();
    let rows: readonly WaitingRow[];
    try {
      await this.#running.pauses.takeUp();
      rows = await this.#running.log.waiting({ subscription: REQUESTS, limit: REQUESTS_MAX });
    } catch (error) {
      return this.#tellTrouble(error);
    }
    if (this.#stopping.signal.aborted) return;
    const imports: AskedImport[] = [];
    const asked = new Set<string>();
    this.#takeUpDealt(rows.filter(isDealtNotice));
    for (const row of rows) {
      if (isDealtNotice(row)) continue;
      const request = requestOf(row);
      if (request?.action === 'import') {
        imports.push({ row, request });
        continue;
      }
      asked.add(row.recordId);
      if (!this.#underWay.has(row.recordId)) this.#begin(row, request);
    }
    this.#imports.begin(imports);
    // Imports come last: with one of them in sight, all others are.
    if (rows.length === REQUESTS_MAX && imports.length === 0) return;
    for (const [id, { giveUp }] of this.#underWay) if (!asked.has(id)) giveUp.abort();
  }

  /** Beside all else: whoever takes it up finishes first what is under way there. */
  #takeUpDealt(notices: readonly WaitingRow[]): void {
    if (notices.length === 0 || this.#takingUp !== undefined) return;
    this.#takingUp = takeUpDealt(this.#running, notices)
      .then(
        // What is left may be of what just goes from one process to another.
        (isAllDone) => (isAllDone ? this.#lookSoon() : this.#later()),
        (error: unknown) =>
          error instanceof FencedError ? this.#later() : this.#tellTrouble(error),
      )
      .finally(() => (this.#takingUp = undefined));
  }

  #begin(row: WaitingRow, request: SingleRequest | undefined): void {
    const giveUp = new AbortController();
    const ended = this.#handle(row, request, giveUp.signal)
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

  async #handle(
    row: WaitingRow,
    request: SingleRequest | undefined,
    signal: AbortSignal,
  ): Promise<Handled> {
    // Left by a newer release: whoever knows it may run, too.
    if (request === undefined) return 'left';
    switch (request.action) {
      case 'redrive':
      case 'discard':
        return this.#decide(row, request);
      case 'rebuild':
        return this.#rebuild(row, request, signal);
      case 'resume':
        await this.#running.pauses.endResume(request, row);
        return 'done';
      case 'fire-timer':
      case 'cancel-timer':
        return this.#decideTimer(row, request);
      case 'drop-model':
        return this.#dropModel(row, request);
    }
  }

  async #decide(row: WaitingRow, request: DecisionRequest): Promise<Handled> {
    const running = this.#running;
    const { subscription } = request;
    const parked = await this.#parkedOf(request);
    if (parked === undefined) return this.#end(row, request, NOT_PARKED);
    const isHandled = handlerOf(running, parked) !== undefined;
    if (!isHandled && running.isElsewhere(subscription)) return 'left';
    try {
      if (await decideHere(running, parked, { ...request, request: row })) return 'done';
    } catch (error) {
      if (error instanceof EditRefusedError) return this.#end(row, request, error.message);
      throw error;
    }
    if (!isHandled) {
      const why = `Nothing handles "${subscription}" any more: discard it, or bring that back into the code.`;
      return this.#end(row, request, why);
    }
    // Whoever has only just taken its slot over may not know of it yet: it is refused by the log's word alone.
    const isStill = (await this.#parkedOf(request)) !== undefined;
    return isStill ? 'left' : this.#end(row, request, NOT_PARKED);
  }

  async #parkedOf({
    subscription,
    key,
    recordId,
  }: DecisionRequest): Promise<WaitingRow | undefined> {
    const { log } = this.#running;
    const waiting = await log.waiting({ subscription, key, limit: REQUESTS_MAX });
    return waiting.find((each) => each.recordId === recordId && each.kind === 'parked');
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

  async #decideTimer(row: WaitingRow, request: TimerRequest): Promise<Handled> {
    const running = this.#running;
    const { action, subscription, who, why } = request;
    if (action === 'cancel-timer' && subscription === RECURRING_TIMERS)
      return this.#end(row, request, RECURS);
    const timers = running.timers?.named(subscription);
    if (timers === undefined)
      return running.timers === undefined
        ? 'left'
        : this.#end(row, request, `${JSON.stringify(subscription)} is not where timers wait.`);
    const operation = endOf(running, row, { request });
    const to = action === 'fire-timer' ? 'fire' : 'cancel';
    if (!(await timers.decide(request, { to, request: row, operation })))
      return this.#end(row, request, 'It has fired, or was cancelled.');
    const { key, recordId: id } = request;
    const event = to === 'fire' ? 'timer-fired' : 'timer-cancelled';
    const line = { context: running.name, subscription, id, key, who, why };
    running.logger.log({ level: 'info', event, ...line });
    return 'done';
  }

  /** By the process that drops old versions by itself, too: nobody else is about to do it. */
  async #dropModel(row: WaitingRow, request: DropModelRequest): Promise<Handled> {
    const { oldVersions } = this.#running;
    if (oldVersions === undefined) return 'left';
    const { model, who, why } = request;
    const operation = endOf(this.#running, row, { request });
    const end = { request: row, operation, by: { who, why } };
    const refused = await oldVersions.dropNow(model, end);
    return refused === undefined ? 'done' : this.#end(row, request, refused);
  }

  async #end(row: WaitingRow, request: SingleRequest, refused?: string): Promise<Handled> {
    const said = { request, ...(refused === undefined ? {} : { refused }) };
    await endRequest(this.#running, row, said);
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

/** What is done by itself, beside others. */
type SingleRequest = Exclude<LeftRequest, ImportRequest>;

interface UnderWay {
  readonly giveUp: AbortController;
  readonly ended: Promise<void>;
}
