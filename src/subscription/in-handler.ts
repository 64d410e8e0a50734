import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Knows whether the code that runs was called by a handler: there, `app.handle` would commit apart
 * from the handler, so it is refused.
 */
const current = new AsyncLocalStorage<RunningHandler>();

interface RunningHandler {
  readonly name: string;
  /** What it was given instead of the application. */
  readonly tools: readonly Tool[];
}

/** What can be done by a tool in place of the application. */
export type Tool = 'handle' | 'publish' | 'schedule' | 'read';

export function insideHandler<T>(handler: RunningHandler, run: () => T): T {
  return current.run(handler, run);
}

/** The handler that called the code which runs, as a thing of its own; undefined outside of them. */
export function handlerHere(): object | undefined {
  return current.getStore();
}

/**
 * `instead` are the tools that do the same, of which a handler may have been given some.
 *
 * @throws {InsideHandlerError} when a handler is running.
 */
export function assertOutsideHandler(called: string, ...instead: readonly Tool[]): void {
  const handler = current.getStore();
  if (handler === undefined) return;
  const given = instead.filter((tool) => handler.tools.includes(tool));
  throw new InsideHandlerError(handler.name, called, given);
}

/** The application was called from inside a handler, where only its tools commit with it. */
export class InsideHandlerError extends Error {
  override readonly name = 'InsideHandlerError';
  readonly code = 'inside-handler';
  readonly retryable = false;
  readonly handler: string;

  constructor(handler: string, called: string, instead: readonly Tool[]) {
    super(
      `"${handler}" called ${called}, which is apart from what the handler commits. ` +
        (instead.length === 0
          ? 'Call it from outside of handlers.'
          : `Use ${instead.map((tool) => `"${tool}"`).join(' or ')} of the tools that the handler ` +
            'is given.'),
    );
    this.handler = handler;
  }
}
