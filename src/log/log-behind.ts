/**
 * Somebody has seen more of the log than it holds: it was restored from a backup, and has no new
 * epoch yet. Nothing was written to it.
 */
export class LogBehindError extends Error {
  override readonly name = 'LogBehindError';
  readonly code = 'log-behind';
  readonly retryable = false;
  readonly context: string;
  /** The last position that it has given out. */
  readonly last: number;
  /** Who has seen more: another context, or what in this one. */
  readonly neighbour: string;
  readonly seen: number;

  constructor(found: {
    readonly context: string;
    /** Where the log is: `./data/ordering.sqlite`. */
    readonly place: string;
    readonly last: number;
    readonly neighbour: string;
    readonly seen: number;
    /** How a new epoch is begun here, beside the command line. */
    readonly otherwise?: string;
  }) {
    const { context, place, last, neighbour, seen, otherwise } = found;
    super(
      `${place} ends at position ${last}, but "${neighbour}" has taken in ${seen} of it: it was ` +
        `restored from a backup. Before it is written to, ${otherwise ?? ''}` +
        `run thereupon log recover ${context}; docs/backup.md says why.`,
    );
    this.context = context;
    this.last = last;
    this.neighbour = neighbour;
    this.seen = seen;
  }
}
