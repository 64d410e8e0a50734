/** Edited data can't take the place of a parked record's own. Nothing was done. */
export class EditRefusedError extends Error {
  override readonly name = 'EditRefusedError';
  readonly code = 'edit-refused';
  readonly retryable = false;
  readonly recordId: string;

  constructor(recordId: string, problem: string, cause?: unknown) {
    super(
      `Record ${recordId} can't be handled with the edited data: ${problem}`,
      cause === undefined ? {} : { cause },
    );
    this.recordId = recordId;
  }
}
