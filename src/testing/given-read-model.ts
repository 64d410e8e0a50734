import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import { assertDocument, documentKeys } from '../read-model/fold.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { ExpectationError } from './expectation-error.ts';
import { assertList } from './expected-list.ts';
import { fieldDifferences, shown } from './field-differences.ts';
import { assertNoPromise } from './given-decider.ts';
import { type GivenFact, recordedFact } from './given-fact.ts';

/**
 * A read model under test: what has happened, and which documents that makes. Documents pass
 * through JSON text and are frozen, as they are read and never changed when it runs.
 */

/** What has happened so far. */
export interface GivenFacts<Document extends object> {
  /** The document of this key; undefined for none. */
  document(key: string): Document | undefined;
  /** This key has this document; undefined: it has none. */
  then(key: string, document: Document | undefined): GivenFacts<Document>;
  /** There are no documents but those of these keys. */
  thenKeys(keys: readonly string[]): GivenFacts<Document>;
}

export function givenFacts<Document extends object, Event extends Fact>(
  model: ReadModel<Document, Event>,
  facts: readonly GivenFact<Event>[],
): GivenFacts<Document> {
  const documents = new Map<string, Document>();
  for (const [index, fact] of facts.entries()) {
    const event = recordedFact(fact, { position: index + 1 });
    for (const key of documentKeys(model, event)) fold(model, documents, event, key);
  }
  const given: GivenFacts<Document> = {
    document: (key) => documents.get(key),
    // oxlint-disable-next-line unicorn/no-thenable -- a sentence, not a promise; see assertNoPromise
    then(key, document) {
      assertNoPromise(key);
      assertDocumentIs(key, document, documents.get(key));
      return given;
    },
    thenKeys(keys) {
      assertList(
        `"${model.name}" has documents of other keys than expected:`,
        { expected: [...keys].sort(), actual: [...documents.keys()].sort() },
        { name: shown },
      );
      return given;
    },
  };
  return given;
}

function assertDocumentIs(
  key: string,
  expected: object | undefined,
  actual: object | undefined,
): void {
  const where = `The document of ${shown(key)}`;
  if (expected === undefined && actual !== undefined)
    throw new ExpectationError(`${where} was not to be there, but is:`, [`  + ${shown(actual)}`]);
  if (expected !== undefined && actual === undefined)
    throw new ExpectationError(`${where} is not there:`, [`  - ${shown(expected)}`]);
  const differences = fieldDifferences(expected, actual).map((line) => `  ${line}`);
  if (differences.length > 0)
    throw new ExpectationError(`${where} is other than expected:`, differences);
}

function fold<Document extends object>(
  model: ReadModel<Document>,
  documents: Map<string, Document>,
  event: Recorded<Fact>,
  key: string,
): void {
  const evolve = Object.hasOwn(model.evolve, event.type) ? model.evolve[event.type] : undefined;
  if (evolve === undefined) return;
  const after: unknown = evolve(documents.get(key), event, key) ?? null;
  assertDocument(model.name, key, after);
  if (after === null) documents.delete(key);
  else documents.set(key, deepFreeze(JSON.parse(JSON.stringify(after)) as Document));
}
