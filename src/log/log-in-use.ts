/** Another owner runs on this log: one process, or one place in a process, owns a context's log. */
export class LogInUseError extends Error {
  override readonly name = 'LogInUseError';
  readonly code = 'log-in-use';
  readonly retryable = false;
  readonly context: string;
  /** The owner's process, when the store knows it. */
  readonly pid: number | undefined;
  /** When the owner opened it, milliseconds since 1970. */
  readonly startedAt: number | undefined;

  constructor(details: { context: string; pid?: number; startedAt?: number }) {
    super(
      `The log of ${JSON.stringify(details.context)} is in use by ${ownerOf(details)}. Stop that ` +
        'one first. Whoever only reads (Store.reader, thereupon trace, stream, parked list) need not.',
    );
    this.context = details.context;
    this.pid = details.pid;
    this.startedAt = details.startedAt;
  }
}

function ownerOf(details: { pid?: number; startedAt?: number }): string {
  if (details.pid === undefined) return 'another owner';
  if (details.startedAt === undefined) return `process ${details.pid}`;
  return `process ${details.pid}, running since ${new Date(details.startedAt).toISOString()}`;
}
