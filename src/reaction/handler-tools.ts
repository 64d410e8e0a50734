import { type Cause, NotAwaitedError, type Unit, type Workplace } from '../context/unit.ts';
import type { Entry } from '../subscription/entry.ts';
import { timeOf } from '../message/business-time.ts';
import { HandlerTimeoutError } from '../subscription/failure.ts';
import { insideHandler } from '../subscription/in-handler.ts';
import type { AnyReadModel } from '../read-model/read-model.ts';
import type { Query } from '../read-model/query.ts';
import type { Dependencies, Tools } from './tools.ts';
import type { Interruptible, UnderWay } from './under-way.ts';

/** What handlers of one context are given, beside their unit of work. */
export interface HandlerSurroundings {
  readonly workplace: Workplace;
  readonly dependencies: Dependencies;
  readonly underWay: UnderWay;
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

/**
 * Runs a handler with tools that collect into a unit. When its time is up its signal aborts, its
 * unit takes nothing more, and it counts as failed, whether it ever ends or not.
 */
export async function runHandler<T>(
  run: (tools: Tools) => T,
  handler: {
    readonly name: string;
    readonly unit: Unit;
    readonly cause: Cause;
    readonly timeoutMs: number;
    readonly surroundings: HandlerSurroundings;
  },
): Promise<Awaited<T>> {
  const { unit } = handler;
  try {
    const answer = await withTimeout(handler, (signal) => run(new HandlerTools(handler, signal)));
    if (unit.isBusy) throw new NotAwaitedError(handler.name);
    return answer;
  } finally {
    unit.close();
  }
}

/** Runs something that may take too long; its signal is made only when somebody asks for it. */
export async function withTimeout<T>(
  limits: {
    readonly name: string;
    readonly timeoutMs: number;
    readonly surroundings: HandlerSurroundings;
  },
  run: (signal: () => AbortSignal) => T,
): Promise<Awaited<T>> {
  let controller: AbortController | undefined;
  let aborted: Error | undefined;
  const signal = (): AbortSignal => {
    controller ??= new AbortController();
    if (aborted !== undefined) controller.abort(aborted);
    return controller.signal;
  };
  const running = insideHandler(limits.name, () => run(signal));
  if (!(running instanceof Promise)) return await running;
  const { workplace, underWay } = limits.surroundings;
  const over = Promise.withResolvers<never>();
  const handler: Interruptible = {
    abort(reason) {
      aborted = reason;
      controller?.abort(reason);
    },
    giveUp: (reason) => over.reject(reason),
  };
  const cancel = workplace.host.clock.after(limits.timeoutMs, () => {
    const error = new HandlerTimeoutError(limits.name, limits.timeoutMs);
    handler.abort(error);
    handler.giveUp(error);
  });
  underWay.add(handler);
  try {
    return (await Promise.race([running, over.promise])) as Awaited<T>;
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
  readonly read: Tools['read'];
  readonly dependencies: Dependencies;
  readonly #signal: () => AbortSignal;

  constructor(
    handler: {
      readonly unit: Unit;
      readonly cause: Cause;
      readonly surroundings: HandlerSurroundings;
    },
    signal: () => AbortSignal,
  ) {
    const { unit, cause, surroundings } = handler;
    this.#signal = signal;
    this.dependencies = surroundings.dependencies;
    this.handle = (aggregate, id, command, options) => {
      const asked = { command, cause: at(cause, options?.occurredAt) };
      const handling = unit.handle(aggregate, id, asked);
      // Nobody may be waiting for it; that is told by the handler's own failure.
      handling.catch(() => undefined);
      return handling;
    };
    this.publish = (contract, data, options) =>
      unit.publish(contract, data, at(cause, options?.occurredAt));
    this.read = (model) => surroundings.query(model);
  }

  get signal(): AbortSignal {
    return this.#signal();
  }
}

function at(cause: Cause, occurredAt: string | undefined): Cause {
  return occurredAt === undefined ? cause : { ...cause, occurredAt: timeOf(occurredAt) };
}
