import type { LogReader } from '../log/log.ts';
import type { DocumentWrite } from '../log/write-set.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import { PayloadNotJsonError, assertJson } from '../message/payload.ts';
import { valueText } from '../message/value-text.ts';
import { assertDealingKey, dealtBy } from '../subscription/dealing-key.ts';
import type { KnownDocuments } from './known-documents.ts';
import { type AnyReadModel, modelName } from './read-model.ts';

/**
 * The documents that a batch has touched: each is read once, folded in memory, and written once
 * at the end.
 */
export class Documents {
  /** Made when something is touched: most commands touch no document. */
  #byModel: Map<string, Map<string, object | null>> | undefined;
  readonly #base: Documents | undefined;
  /** What was read ahead: at hand, and not to be written unless it is folded into. */
  #read: Map<string, Map<string, object | null>> | undefined;
  /** What documents were when they were read, as text; null for one that was not there. */
  #originals: Map<string, Map<string, string | null>> | undefined;

  constructor(base?: Documents) {
    this.#base = base;
  }

  /** From now on each is written only if it is still as it was when it was read. */
  keepOriginals(): void {
    this.#originals = new Map();
  }

  /** It was read, or is known, to be this. */
  was(model: string, key: string, text: string | null): void {
    if (this.#originals === undefined) return;
    const ofModel = this.#originals.get(model) ?? new Map<string, string | null>();
    this.#originals.set(model, ofModel);
    if (!ofModel.has(key)) ofModel.set(key, text);
  }

  /** What they were when they were read, of those of which it is kept. */
  *originals(): Iterable<DocumentWrite> {
    for (const [model, texts] of this.#originals ?? [])
      for (const [key, text] of texts) yield { model, key, text };
  }

  /** Undefined: not touched here. Null: deleted, or known not to exist. */
  get(model: string, key: string): object | null | undefined {
    const own = this.#byModel?.get(model)?.get(key);
    if (own !== undefined) return own;
    const read = this.#read?.get(model)?.get(key);
    return read === undefined ? this.#base?.get(model, key) : read;
  }

  /** These were read ahead; of those that are not among them there is none. */
  readAhead(model: string, keys: Iterable<string>, texts: ReadonlyMap<string, string>): void {
    const read = new Map<string, object | null>();
    for (const key of keys) read.set(key, documentOf(texts.get(key) ?? null));
    (this.#read ??= new Map()).set(model, read);
  }

  set(model: string, key: string, document: object | null): void {
    const byModel = (this.#byModel ??= new Map<string, Map<string, object | null>>());
    let documents = byModel.get(model);
    if (documents === undefined) byModel.set(model, (documents = new Map()));
    documents.set(key, document);
  }

  /** Takes over what another one touched. */
  merge(other: Documents): void {
    for (const [model, documents] of other.#byModel ?? [])
      for (const [key, document] of documents) this.set(model, key, document);
  }

  /** All that was touched, as it is to be written. */
  writes(): DocumentWrite[] {
    const writes: DocumentWrite[] = [];
    for (const [model, documents] of this.#byModel ?? [])
      for (const [key, document] of documents)
        writes.push({
          model,
          key,
          text: document === null ? null : JSON.stringify(document),
          ...this.#original(model, key),
        });
    return writes;
  }

  #original(model: string, key: string): Pick<DocumentWrite, 'was'> {
    const was = this.#originals?.get(model)?.get(key);
    return was === undefined ? {} : { was };
  }
}

/**
 * The keys of the documents that an event belongs to.
 *
 * @throws {DealingKeyError} when `by` throws, or gives something else than text, texts or undefined.
 */
export function documentKeys(model: AnyReadModel, event: Recorded<Fact>): readonly string[] {
  const keys: unknown = dealtBy(model.name, () => model.by(event));
  if (keys === undefined) return [];
  const each = Array.isArray(keys) ? new Set<unknown>(keys) : [keys];
  return Array.from(each, (key) => {
    assertDealingKey(model.name, key);
    return key;
  });
}

/** Whether a read model does anything with this event. */
export function folds(model: AnyReadModel, event: Recorded<Fact>): boolean {
  return Object.hasOwn(model.evolve, event.type);
}

/**
 * Folds an event into one document: at once when it is at hand. Otherwise it is read first, and
 * what is answered then folds it into whatever documents are still open: reading may take so long
 * that those it began with are written by then.
 */
export function foldInto(
  model: AnyReadModel,
  event: Recorded<Fact>,
  key: string,
  place: Place,
): Promise<(documents: Documents) => void> | void {
  const name = place.name ?? modelName(model);
  const own = place.documents.get(name, key);
  const text = own === undefined ? place.known?.text(name, key) : undefined;
  if (text !== undefined) place.documents.was(name, key, text);
  const before = text === undefined ? own : documentOf(text);
  if (before !== undefined) return fold(model, event, key, { name, before, ...place });
  return place.log.document(name, key).then((text) => (documents) => {
    // Of inline ones only: what others fold as well is committed only if it is still so.
    if (place.known !== undefined) documents.was(name, key, text ?? null);
    const read = text === undefined ? null : (JSON.parse(text) as object);
    const known = documents.get(name, key);
    fold(model, event, key, { name, before: known === undefined ? read : known, documents });
  });
}

function documentOf(text: string | null): object | null {
  return text === null ? null : (JSON.parse(text) as object);
}

/** Where documents are at hand, or read. */
export interface Place {
  /** The name under which they are stored, where it is not the read model's own. */
  readonly name?: string;
  readonly documents: Documents;
  readonly known?: KnownDocuments;
  readonly log: LogReader;
}

function fold(
  model: AnyReadModel,
  event: Recorded<Fact>,
  key: string,
  place: { name: string; before: object | null; documents: Documents },
): void {
  const evolve = model.evolve[event.type];
  const before = deepFreeze(place.before) ?? undefined;
  const after: unknown = evolve?.(before, event, key) ?? null;
  assertDocument(place.name, key, after);
  // The next event of this batch is folded into it.
  place.documents.set(place.name, key, deepFreeze(after));
}

/**
 * Here, and not where a batch is written: it is the one event's fault, and only that waits for it.
 *
 * @throws {PayloadNotJsonError} unless it is null, or an object that can be written as JSON.
 */
export function assertDocument(
  name: string,
  key: string,
  document: unknown,
): asserts document is object | null {
  const what = (): string => `The document ${JSON.stringify(key)} of ${JSON.stringify(name)}`;
  assertJson(what, document);
  if (typeof document !== 'object')
    throw new PayloadNotJsonError(what(), `it is ${valueText(document)}, no object`);
}
