import type { BoundedContext } from '../context/bounded-context.ts';
import type { AnyReadModel } from '../read-model/read-model.ts';

/**
 * Holds a handler to the read models of its own context. Another context's documents are not in
 * the log that it reads, so that it would find nothing, or those of a read model of the same name;
 * and a question across the border would tie it to what the other one may change at any time.
 *
 * @throws {ForeignReadModelError} for any other read model.
 */
export function assertOwnReadModel(
  model: AnyReadModel,
  context: BoundedContext,
  contexts: readonly BoundedContext[],
): void {
  if (context.readModels.includes(model)) return;
  const owner = contexts.find(({ readModels }) => readModels.includes(model));
  throw new ForeignReadModelError(model.name, context.name, owner?.name);
}

/** A handler asked a read model of another context. */
export class ForeignReadModelError extends Error {
  override readonly name = 'ForeignReadModelError';
  readonly code = 'foreign-read-model';
  readonly retryable = false;
  readonly model: string;
  /** The context whose handler asked. */
  readonly context: string;
  /** The context that the read model belongs to; undefined when none lists it. */
  readonly owner: string | undefined;

  constructor(model: string, context: string, owner: string | undefined) {
    super(
      owner === undefined
        ? `A handler of "${context}" reads ${JSON.stringify(model)}, which no context has. List it ` +
            `under "readModels" of "${context}".`
        : `A handler of "${context}" reads ${JSON.stringify(model)}, a read model of "${owner}". ` +
            `Only contracts cross the border of a context: keep a read model of its own in ` +
            `"${context}", fed by the contracts of "${owner}", and read that.`,
    );
    this.model = model;
    this.context = context;
    this.owner = owner;
  }
}
