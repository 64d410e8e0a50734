/**
 * Requests that arrive in the same turn of the event loop share one transaction, and so one sync to
 * disk. Each learns its entry only after that. When the transaction fails, none of them was
 * recorded, and all fail with its error.
 */
import type { Entry, GatewayBooks, GatewayRequest } from './gateway-books.ts';

type Waiting = {
  readonly request: GatewayRequest;
  readonly resolve: (entry: Entry) => void;
  readonly reject: (error: unknown) => void;
};

export class SharedCommit {
  readonly #books: GatewayBooks;
  /** No longer than there are connections: each waits for its answer. */
  #waiting: Waiting[] = [];

  constructor(books: GatewayBooks) {
    this.#books = books;
  }

  record(request: GatewayRequest): Promise<Entry> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#recordAll());
      this.#waiting.push({ request, resolve, reject });
    });
  }

  #recordAll(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const entries = this.#books.record(batch.map((each) => each.request));
      for (const [index, entry] of entries.entries()) batch[index]?.resolve(entry);
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  }
}
