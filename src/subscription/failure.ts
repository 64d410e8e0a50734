import type { WaitingError } from '../log/waiting-row.ts';

/** An error as it can be stored and read elsewhere; also of what was thrown that is no Error. */
export function describeError(error: unknown): WaitingError {
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code;
    return {
      name: error.name,
      code: typeof code === 'string' ? code : null,
      message: error.message,
      stack: error.stack ?? null,
    };
  }
  return { name: 'NotAnError', code: null, message: `thrown: ${printed(error)}`, stack: null };
}

/** Whether trying again can help: unless the error says no, it may. */
export function mayRetry(error: unknown): boolean {
  return (error as { retryable?: unknown } | null | undefined)?.retryable !== false;
}

/** Whether the error itself says that it is an outage, which ends without anybody's help. */
export function isOutage(error: unknown): boolean {
  return (error as { retryable?: unknown } | null | undefined)?.retryable === true;
}

function printed(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** A handler did not end within its time. It was told by its signal, and is tried again. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  readonly code = 'handler-timeout';
  readonly retryable = undefined;
  readonly handler: string;
  readonly timeoutMs: number;

  constructor(handler: string, timeoutMs: number) {
    super(
      `"${handler}" did not end within ${timeoutMs} ms. Pass its signal to whatever it waits for, ` +
        `or give it more time with timeoutMs.`,
    );
    this.handler = handler;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * A handler that was given up has not ended: what it was about is not handled beside it. Tried
 * again, and parked if it never ends.
 */
export class StillRunningError extends Error {
  override readonly name = 'StillRunningError';
  readonly code = 'still-running';
  readonly retryable = undefined;
  readonly handler: string;
  readonly recordId: string;

  constructor(handler: string, recordId: string) {
    super(
      `"${handler}" is not run again for record ${recordId}: an earlier run, whose time was up, has ` +
        `not ended. Let it stop when its signal aborts; if it hangs for good, start the application ` +
        `again, then redrive the record.`,
    );
    this.handler = handler;
    this.recordId = recordId;
  }
}
