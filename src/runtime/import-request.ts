import type { Envelope } from '../backbone/backbone.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import { type ImportRequest, requestRow } from './request.ts';

/**
 * Under this name the messages of imports wait, those of a request in one row under its id: apart from
 * the request, so that whoever looks what is asked for need not read them.
 */
export const IMPORTS = 'imports';

/** So many messages are asked for by one request at most, as all of them go into one commit. */
export const IMPORT_MESSAGES_MAX = 1_000;
/** And so many characters, but for one that is larger by itself. */
export const IMPORT_CHARACTERS_MAX = 1_048_576;

/** The request for some messages, and the messages: left together, they end together. */
export function importRows(
  request: ImportRequest,
  /** Each the JSON text of an envelope, in their order. */
  messages: readonly string[],
  { id, at }: { readonly id: string; readonly at: number },
): readonly [WaitingRow, WaitingRow] {
  const row = requestRow(request, { id, at });
  return [row, { ...row, ...messagesKey(row), payload: `[${messages.join(',')}]` }];
}

/** Where the messages of an import lie. */
export function messagesKey({ recordId }: WaitingKey): WaitingKey {
  return { subscription: IMPORTS, key: recordId, recordId };
}

/** The messages that a row holds; undefined when that cannot be read. */
export function messagesOf({ payload }: WaitingRow): readonly Envelope[] | undefined {
  try {
    const messages: unknown = JSON.parse(payload ?? '');
    return Array.isArray(messages) ? (messages as Envelope[]) : undefined;
  } catch {
    return undefined;
  }
}
