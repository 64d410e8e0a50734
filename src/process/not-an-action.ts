import { valueText } from '../message/value-text.ts';
import type { Action } from './actions.ts';

const KINDS: Record<Action['kind'], true> = {
  command: true,
  publish: true,
  'set-timer': true,
  'cancel-timer': true,
  complete: true,
};

/**
 * What `react` answers is held to what is understood: what is passed over would not be done.
 *
 * @throws {NotAnActionError} for anything but a list of actions.
 */
export function assertActions(
  process: string,
  wanted: unknown,
): asserts wanted is readonly Action[] {
  if (!Array.isArray(wanted))
    throw new NotAnActionError(process, `${valueText(wanted)}, no list of actions`);
  for (const [index, action] of (wanted as readonly unknown[]).entries()) {
    const kind: unknown = (action as { readonly kind?: unknown } | null | undefined)?.kind;
    if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) continue;
    const given =
      typeof action === 'object' && action !== null ? 'something else' : valueText(action);
    throw new NotAnActionError(process, `a list with ${given} in the place of action ${index + 1}`);
  }
}

/** The `react` of a process manager answered something that nobody can do. */
export class NotAnActionError extends Error {
  override readonly name = 'NotAnActionError';
  readonly code = 'not-an-action';
  readonly retryable = false;
  readonly process: string;

  constructor(process: string, answered: string) {
    super(
      `The "react" of ${JSON.stringify(process)} answered ${answered}. Answer at once with a list ` +
        `of what its third argument makes (command, publish, setTimer, cancelTimer, complete), or ` +
        `with nothing; then redrive.`,
    );
    this.process = process;
  }
}
