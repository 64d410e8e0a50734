/**
 * What the replay was told is durable: one line of JSON for each invoice, `{"kind":"order",
 * "id":"536365"}`, written before the replay goes on. After a crash each of them must be in the log;
 * an invoice may be in the log and not here, when the crash came between the two.
 *
 * A line is handed to the operating system at once and so outlives this process, not a power cut:
 * it is a witness for tests, the log itself needs none.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

export type AcknowledgedKind = 'order' | 'return' | 'adjustment';

export class Acknowledged {
  readonly #file: number;

  /** Goes on where an earlier run ended. */
  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  note(kind: AcknowledgedKind, id: string): void {
    writeSync(this.#file, `${JSON.stringify({ kind, id })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
