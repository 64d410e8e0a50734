import { shortText, whyNoText } from '../message/text.ts';
import { valueText } from '../message/value-text.ts';

/** The longest type of an event, in characters. */
const EVENT_TYPE_CHARACTERS_MAX = 200;

/** @throws {EventTypeError} unless each event that was decided has a type that can be kept. */
export function assertEventTypes(
  aggregate: string,
  events: readonly { readonly type: unknown }[],
): void {
  for (const { type } of events) {
    const problem = whyNoText(type, EVENT_TYPE_CHARACTERS_MAX);
    if (problem !== undefined) throw new EventTypeError(aggregate, type, problem);
  }
}

/** An aggregate decided an event whose type is no name. Nothing was appended. */
export class EventTypeError extends Error {
  override readonly name = 'EventTypeError';
  readonly code = 'event-type';
  readonly retryable = false;
  readonly aggregate: string;

  constructor(aggregate: string, type: unknown, problem: string) {
    const shown = typeof type === 'string' ? JSON.stringify(shortText(type, 60)) : valueText(type);
    super(
      `${JSON.stringify(aggregate)} decided an event of type ${shown}, which ${problem}. Nothing ` +
        `was appended. Mend decide: a type is a name of 1 to ${EVENT_TYPE_CHARACTERS_MAX} characters.`,
    );
    this.aggregate = aggregate;
  }
}
