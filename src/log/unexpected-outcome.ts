import type { Outcome } from './write-set.ts';

/**
 * A store answered with an outcome that this write set cannot have: it names nothing that could be
 * in conflict, fenced or known. Nothing was committed.
 */
export class UnexpectedOutcomeError extends Error {
  override readonly name = 'UnexpectedOutcomeError';
  readonly code = 'unexpected-outcome';
  readonly retryable = true;
  readonly context: string;
  readonly outcome: Outcome['kind'];

  constructor(context: string, outcome: Outcome['kind']) {
    super(
      `The store of "${context}" answered "${outcome}" to a change that cannot end so; nothing was ` +
        `committed. Try again, and tell the authors of the store.`,
    );
    this.context = context;
    this.outcome = outcome;
  }
}
