import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Knows whether the code that runs was called by a handler: there, `app.handle` would commit apart
 * from the handler, so it is refused.
 */
const current = new AsyncLocalStorage<string>();

export function insideHandler<T>(name: string, run: () => T): T {
  return current.run(name, run);
}

/** @throws {InsideHandlerError} when a handler is running. */
export function assertOutsideHandler(called: string, instead?: string): void {
  const handler = current.getStore();
  if (handler !== undefined) throw new InsideHandlerError(handler, called, instead);
}

/** The application was called from inside a handler, where only its tools commit with it. */
export class InsideHandlerError extends Error {
  override readonly name = 'InsideHandlerError';
  readonly code = 'inside-handler';
  readonly retryable = false;
  readonly handler: string;

  constructor(handler: string, called: string, instead: string | undefined) {
    super(
      `"${handler}" called ${called}, which is apart from what the handler commits. ` +
        (instead === undefined
          ? 'Call it from outside of handlers.'
          : `Use ${instead} of the tools that the handler is given.`),
    );
    this.handler = handler;
  }
}
