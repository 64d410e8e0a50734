import type { Received } from '../../log/write-set.ts';

/** The messages taken in, by source, and per source the time below which they were forgotten. */
export class MemoryReceived {
  readonly #sources = new Map<string, Map<string, number>>();
  readonly #floors = new Map<string, number>();

  /** Notes a message as received; false when it was received before. */
  receive(message: Received): boolean {
    const known = this.#sources.get(message.source);
    if (known === undefined) {
      this.#sources.set(message.source, new Map([[message.id, message.at]]));
      return true;
    }
    if (known.has(message.id)) return false;
    known.set(message.id, message.at);
    return true;
  }

  has(message: Received): boolean {
    return this.#sources.get(message.source)?.has(message.id) ?? false;
  }

  received(source: string, ids: readonly string[]): Set<string> {
    const known = this.#sources.get(source);
    return new Set(ids.filter((id) => known?.has(id)));
  }

  floor(source: string): number {
    return this.#floors.get(source) ?? 0;
  }

  /** What can no longer be recognised must not be taken in again: the floor rises with it. */
  forget(before: number): void {
    for (const [source, messages] of this.#sources) {
      let isAnyForgotten = false;
      for (const [id, at] of messages) {
        if (at >= before) continue;
        messages.delete(id);
        isAnyForgotten = true;
      }
      if (isAnyForgotten) this.#floors.set(source, Math.max(this.floor(source), before));
    }
  }
}
