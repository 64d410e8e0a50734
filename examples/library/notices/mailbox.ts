/**
 * Where letters are posted. The same key posted again is the same letter, and is not sent twice:
 * who posts may have died before it heard that the first one had arrived.
 */
import type { Letter } from './model/letter.ts';

export interface Mailbox {
  post(letter: Letter, options: { readonly idempotencyKey: string }): Promise<void>;
}

/** Keeps letters in memory: for the story, and for tests. */
export interface MemoryMailbox extends Mailbox {
  readonly letters: readonly Letter[];
}

export function memoryMailbox(): MemoryMailbox {
  const byKey = new Map<string, Letter>();
  return {
    get letters() {
      return [...byKey.values()];
    },
    async post(letter, { idempotencyKey }) {
      if (!byKey.has(idempotencyKey)) byKey.set(idempotencyKey, letter);
    },
  };
}
