import type { BoundedContext } from '../context/bounded-context.ts';
import { nameText } from '../telemetry/safe-text.ts';
import { QuestionError } from './question-error.ts';

/**
 * All contexts of a configuration, or the one that is named.
 *
 * @throws {QuestionError} when there is none of that name, or none at all.
 */
export function chosenContexts(
  contexts: readonly BoundedContext[],
  only: string | undefined,
): readonly BoundedContext[] {
  if (contexts.length === 0)
    throw new QuestionError('asked-wrongly', 'The configuration lists no contexts. Add them.');
  const chosen = contexts.filter(({ name }) => only === undefined || name === only);
  if (chosen.length > 0) return chosen;
  const known = contexts.map(({ name }) => nameText(name)).join(', ');
  throw new QuestionError(
    'asked-wrongly',
    `There is no context ${JSON.stringify(only)}. Take one of: ${known}.`,
  );
}
