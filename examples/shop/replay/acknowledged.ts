/**
 * What the replay was told is durable: one line of JSON for each invoice, `{"kind":"order",
 * "id":"536365"}`, written before the replay goes on. After a crash each of them must be in the log;
 * an invoice may be in the log and not here, when the crash came between the two.
 *
 * A line is handed to the operating system at once and so outlives this process, not a power cut:
 * it is a witness for tests, the log itself needs none.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export type AcknowledgedKind = 'order' | 'return' | 'adjustment';

export class Acknowledged {
  readonly #file: number;
  /** An order file has no more than some millions of lines, and so no more invoices. */
  readonly #noted: Set<string>;

  /** Goes on where an earlier run ended; what that one noted is not noted again. */
  constructor(path: string) {
    this.#file = openSync(path, 'a+');
    this.#noted = new Set(readFileSync(this.#file, 'utf8').split('\n'));
  }

  note(kind: AcknowledgedKind, id: string): void {
    const line = JSON.stringify({ kind, id });
    if (this.#noted.has(line)) return;
    writeSync(this.#file, `${line}\n`);
    this.#noted.add(line);
  }

  /** An order of those that were noted last; undefined when none was. */
  get lastOrder(): string | undefined {
    const line = [...this.#noted].findLast((each) => each.startsWith('{"kind":"order"'));
    return line === undefined ? undefined : (JSON.parse(line) as { id: string }).id;
  }

  close(): void {
    closeSync(this.#file);
  }
}
