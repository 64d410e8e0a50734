/**
 * The file as a whole cannot be replayed. A single bad line is no such error: it is reported with
 * its number, and the rest goes on.
 */
export class OrderFileError extends Error {
  override readonly name = 'OrderFileError';
  readonly code: OrderFileErrorCode;
  readonly path: string;
  readonly retryable = false;

  constructor(code: OrderFileErrorCode, path: string, detail: string, cause?: unknown) {
    super(`Cannot read orders from "${path}": ${detail}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.path = path;
  }
}

export type OrderFileErrorCode =
  | 'order-file-missing'
  | 'order-file-unreadable'
  | 'order-file-damaged'
  | 'order-file-wrong'
  | 'order-file-too-large';
