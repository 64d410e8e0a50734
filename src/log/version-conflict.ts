/** Another writer appended first. Safe to retry: read the stream again, decide again. */
export class VersionConflictError extends Error {
  override readonly name = 'VersionConflictError';
  readonly code = 'version-conflict';
  readonly retryable = true;
  readonly stream: string;
  readonly expected: number;
  readonly actual: number;

  constructor(details: { stream: string; expected: number; actual: number }) {
    super(
      `Stream ${JSON.stringify(details.stream)} is at version ${details.actual}, expected was ` +
        `${details.expected}. Read it again, then decide again.`,
    );
    this.stream = details.stream;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}
