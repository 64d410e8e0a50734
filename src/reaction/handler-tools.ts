import type { Cause } from '../context/cause.ts';
import { NotAwaitedError, type Unit, type Workplace } from '../context/unit.ts';
import type { Entry } from '../subscription/entry.ts';
import { timeOf } from '../message/business-time.ts';
import { frozenCopy } from '../message/json.ts';
import { dueAt } from '../process/due.ts';
import { HandlerTimeoutError, StillRunningError } from '../subscription/failure.ts';
import { type Tool, insideHandler } from '../subscription/in-handler.ts';
import type { AnyReadModel } from '../read-model/read-model.ts';
import type { Query } from '../read-model/query.ts';
import { notingQuery } from './looked-at.ts';
import type { Dependencies, Tools } from './tools.ts';
import type { Interruptible, UnderWay } from './under-way.ts';

/** What handlers of one context are given, beside their unit of work. */
export interface HandlerSurroundings {
  readonly workplace: Workplace;
  readonly dependencies: Dependencies;
  readonly underWay: UnderWay;
  /** Of this context's read models. */
  // oxlint-disable-next-line no-explicit-any -- a document's type is known to the caller
  readonly query: (model: AnyReadModel) => Query<any>;
}

/** Whatever a record causes belongs to the same business action, and happened when it did. */
export function causeOf(entry: Entry): Cause {
  const { stored } = entry;
  return {
    correlationId: stored.correlationId,
    causationId: stored.id,
    occurredAt: stored.occurredAt,
    traceparent: stored.traceparent,
    metadata: stored.metadata,
  };
}

/** Who runs, about which record, and for how long it may. */
export interface Limits {
  readonly name: string;
  readonly recordId: string;
  readonly timeoutMs: number;
  readonly surroundings: HandlerSurroundings;
}

/** The record that a handler is about, and what collects what it asks for. */
export interface Handled {
  readonly unit: Unit;
  readonly entry: Entry;
}

/**
 * Runs a handler with tools that collect into a unit. When its time is up its signal aborts, its
 * unit takes nothing more, and it counts as failed, whether it ever ends or not.
 */
export async function runHandler<T>(
  run: (tools: Tools) => T,
  handler: Limits & Handled,
): Promise<Awaited<T>> {
  const { unit } = handler;
  try {
    const answer = await withTimeout(handler, (signal) => run(new HandlerTools(handler, signal)), [
      'handle',
      'publish',
      'schedule',
      'read',
    ]);
    if (unit.isBusy) throw new NotAwaitedError(handler.name);
    return answer;
  } finally {
    unit.close();
  }
}

/**
 * Runs something that may take too long, when no earlier run about the same record is left; its
 * signal is made only when somebody asks for it.
 */
export async function withTimeout<T>(
  limits: Limits,
  run: (signal: () => AbortSignal) => T,
  tools: readonly Tool[] = [],
): Promise<Awaited<T>> {
  const { underWay } = limits.surroundings;
  const what = `${limits.name} ${limits.recordId}`;
  // Others may wait for the same one: who comes first runs, the next waits for that.
  for (let earlier = underWay.runAbout(what); earlier !== undefined;) {
    await untilEnded(limits, earlier);
    earlier = underWay.runAbout(what);
  }
  let controller: AbortController | undefined;
  let aborted: Error | undefined;
  const signal = (): AbortSignal => {
    controller ??= new AbortController();
    if (aborted !== undefined) controller.abort(aborted);
    return controller.signal;
  };
  const running = insideHandler({ name: limits.name, tools }, () => run(signal));
  if (!(running instanceof Promise)) return await running;
  underWay.began(what, running);
  let isGivenUp = false;
  try {
    return (await inTime(limits, running, {
      abort(reason) {
        aborted = reason;
        controller?.abort(reason);
      },
      giveUp: () => void (isGivenUp = true),
      late: () => new HandlerTimeoutError(limits.name, limits.timeoutMs),
    })) as Awaited<T>;
  } finally {
    const ended = (): void => underWay.ended(what);
    if (isGivenUp) running.then(ended, ended);
    else ended();
  }
}

/** However it ended: that was told to whoever waited for it. */
function untilEnded(limits: Limits, earlier: Promise<unknown>): Promise<unknown> {
  return inTime(limits, Promise.allSettled([earlier]), {
    abort: () => undefined,
    giveUp: () => undefined,
    late: () => new StillRunningError(limits.name, limits.recordId),
  });
}

/** Waits for something until its time is over, or the application stops. */
async function inTime(
  { timeoutMs, surroundings }: Limits,
  running: Promise<unknown>,
  whenLate: Interruptible & { readonly late: () => Error },
): Promise<unknown> {
  const { workplace, underWay } = surroundings;
  const over = Promise.withResolvers<never>();
  const handler: Interruptible = {
    abort: (reason) => whenLate.abort(reason),
    giveUp(reason) {
      whenLate.giveUp(reason);
      over.reject(reason);
    },
  };
  const cancel = workplace.host.clock.after(timeoutMs, () => {
    const error = whenLate.late();
    handler.abort(error);
    handler.giveUp(error);
  });
  underWay.add(handler);
  try {
    return await Promise.race([running, over.promise]);
  } finally {
    underWay.remove(handler);
    cancel();
  }
}

/**
 * The tools of one handler, which may be taken apart. A class for the sake of `signal`: a getter
 * written into each object gives each a hidden class of its own, which lives for long.
 */
class HandlerTools implements Tools {
  readonly handle: Tools['handle'];
  readonly publish: Tools['publish'];
  readonly schedule: Tools['schedule'];
  readonly read: Tools['read'];
  readonly dependencies: Dependencies;
  readonly #signal: () => AbortSignal;

  constructor(
    handler: Handled & { readonly surroundings: HandlerSurroundings },
    signal: () => AbortSignal,
  ) {
    const { unit, entry, surroundings } = handler;
    const cause = causeOf(entry);
    this.#signal = signal;
    this.dependencies = surroundings.dependencies;
    this.handle = (aggregate, id, command, options) => {
      // As it is now: it may have to wait, and the handler goes on meanwhile.
      const asked = { command: frozenCopy(command), cause: at(cause, options?.occurredAt) };
      const handling = unit.handle(aggregate, id, asked);
      // Nobody may be waiting for it; that is told by the handler's own failure.
      handling.catch(() => undefined);
      return handling;
    };
    this.publish = (contract, data, options) =>
      unit.publish(contract, data, at(cause, options?.occurredAt));
    this.schedule = (contract, data, due) =>
      unit.schedule(contract, data, {
        cause,
        due: dueAt(due, entry.stored.recordedAt),
        position: entry.position,
      });
    this.read = (model) => notingQuery(surroundings.query(model), model, unit);
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

function at(cause: Cause, occurredAt: string | undefined): Cause {
  return occurredAt === undefined ? cause : { ...cause, occurredAt: timeOf(occurredAt) };
}
