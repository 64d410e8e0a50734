import type { WaitingError } from '../log/waiting-row.ts';
import { shortText } from '../message/text.ts';

/** So much of an error's name and of its code is kept, in characters. */
const ERROR_NAME_CHARACTERS_MAX = 200;
/** So much of its message. */
const ERROR_MESSAGE_CHARACTERS_MAX = 2_000;
/** So much of its stack. */
const ERROR_STACK_CHARACTERS_MAX = 4_000;

/**
 * An error as it can be stored and read elsewhere; also of what was thrown that is no Error. A
 * message may quote whatever a handler was given, and many rows may wait: of long texts the
 * beginning is kept.
 */
export function describeError(error: unknown): WaitingError {
  if (!(error instanceof Error)) {
    const message = reasonText(`thrown: ${printed(error)}`);
    return { name: 'NotAnError', code: null, message, stack: null };
  }
  // Whatever a class of somebody else's makes of its fields.
  const { name, code, message, stack } = error as unknown as Readonly<Record<string, unknown>>;
  return {
    name: kept(textOf(name), ERROR_NAME_CHARACTERS_MAX),
    code: typeof code === 'string' ? kept(code, ERROR_NAME_CHARACTERS_MAX) : null,
    message: reasonText(message),
    stack: typeof stack === 'string' ? stackText(stack, textOf(message)) : null,
  };
}

/** Why something waits, as much of it as is kept. */
export function reasonText(reason: unknown): string {
  return kept(textOf(reason), ERROR_MESSAGE_CHARACTERS_MAX);
}

// It begins with the message: a long one must not cut off where it was thrown.
function stackText(stack: string, message: string): string {
  return kept(
    stack.replaceAll(message, () => reasonText(message)),
    ERROR_STACK_CHARACTERS_MAX,
  );
}

function kept(text: string, charactersMax: number): string {
  return shortText(text.replaceAll('\0', '\uFFFD').toWellFormed(), charactersMax);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : printed(value);
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
