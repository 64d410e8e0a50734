/** What went wrong in another process of the cluster, or what none of them knows. */
export class OtherProcessError extends Error {
  override readonly name: string = 'OtherProcessError';
  readonly code: string = 'other-process';
  readonly retryable: boolean = false;
}
