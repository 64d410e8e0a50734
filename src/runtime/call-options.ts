import { whyNoMetadata } from '../message/metadata.ts';
import { ID_CHARACTERS_MAX, whyNoText } from '../message/text.ts';
import { InvalidOptionError, assertTextOption } from './invalid-option.ts';

/** What a call may say of what it causes; all of it is kept in each record. */
interface CallOptions {
  readonly commandId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Before anything is done for a call, so that none fails halfway, and each on every store.
 *
 * @throws {InvalidCommandIdError} @throws {InvalidOptionError} for what cannot be kept as it is.
 */
export function assertCallOptions(options: CallOptions): void {
  const { commandId, correlationId, traceparent, metadata } = options;
  if (commandId !== undefined) assertCommandId(commandId);
  if (correlationId !== undefined)
    assertTextOption('correlationId', correlationId, ID_CHARACTERS_MAX);
  if (traceparent !== undefined) assertTextOption('traceparent', traceparent, ID_CHARACTERS_MAX);
  if (metadata === undefined) return;
  const problem = whyNoMetadata(metadata);
  if (problem !== undefined) throw new InvalidOptionError('metadata', problem);
}

function assertCommandId(commandId: string): void {
  const problem = whyNoText(commandId, ID_CHARACTERS_MAX);
  if (problem !== undefined) throw new InvalidCommandIdError(commandId, problem);
}

/** A command id is no text of 1 to 255 characters that can be kept. */
export class InvalidCommandIdError extends Error {
  override readonly name = 'InvalidCommandIdError';
  readonly code = 'invalid-command-id';
  readonly retryable = false;
  readonly commandId: string;

  constructor(commandId: string, problem: string) {
    super(
      `A command id is text of 1 to ${ID_CHARACTERS_MAX} characters, this one ${problem}. Use a UUID.`,
    );
    this.commandId = commandId;
  }
}
