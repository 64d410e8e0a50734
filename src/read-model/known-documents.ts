import type { DocumentWrite } from '../log/write-set.ts';

/** So many documents of each inline read model are remembered … */
const DOCUMENTS_MAX = 5_000;
/** … unless their JSON text has more characters than this. */
const CHARACTERS_MAX = 2_000;

/**
 * The inline documents written last, as text: a hot one is folded again and again without being
 * read. What is remembered is what the log has, because whoever folds a document holds its lock until
 * it is committed and remembered here; where other processes fold it, too, the commit looks whether
 * it is still so, and where folding into it fails, so that nothing is committed, that is looked at
 * before the failure is believed (`Unit.isBehind`).
 */
export class KnownDocuments {
  readonly #models = new Map<string, Map<string, string | null>>();

  /** Undefined: not remembered. Null: known not to exist. */
  text(model: string, key: string): string | null | undefined {
    return this.#models.get(model)?.get(key);
  }

  /** These were committed. */
  keep(writes: readonly DocumentWrite[]): void {
    for (const { model, key, text } of writes) {
      const texts = this.#textsOf(model);
      // A map keeps its order of insertion: moving to the end makes the first the oldest.
      texts.delete(key);
      if (text === null || text.length <= CHARACTERS_MAX) texts.set(key, text);
      if (texts.size > DOCUMENTS_MAX) forgetOldest(texts);
    }
  }

  /** Whether these were committed is not known. */
  drop(writes: readonly DocumentWrite[]): void {
    for (const { model, key } of writes) this.#models.get(model)?.delete(key);
  }

  #textsOf(model: string): Map<string, string | null> {
    let texts = this.#models.get(model);
    if (texts === undefined) this.#models.set(model, (texts = new Map()));
    return texts;
  }
}

function forgetOldest(texts: Map<string, string | null>): void {
  for (const key of texts.keys()) {
    texts.delete(key);
    return;
  }
}
