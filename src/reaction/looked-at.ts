import type { Unit } from '../context/unit.ts';
import type { WriteSet } from '../log/write-set.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import type { Query } from '../read-model/query.ts';
import { reasonText } from '../subscription/failure.ts';
import type { NotYet } from './tools.ts';

/**
 * What a handler that answered `notYet` has looked at, and what a commit moves, in the same words:
 * so that it is asked again when one of them moves, and not at each commit. A topic is a stream, a
 * key of records, a document, or a read model that was searched.
 */

/** Whoever looked at more is asked again at whatever happens: see `ANYTHING`. */
const LOOKED_AT_MAX = 32;
/** The topic of whatever happens. */
export const ANYTHING = 'anything';

/** A handler's answer that it lacks something, and where it has looked for it. */
export interface Lacking extends NotYet {
  readonly lookedAt: readonly string[];
}

/** `units` are those that the handler worked with, also when what they collected is dropped. */
export function lacking(answer: NotYet, units: readonly Unit[]): Lacking {
  const lookedAt = new Set<string>();
  for (const unit of units) {
    for (const stream of unit.streams) lookedAt.add(streamTopic(stream));
    for (const topic of unit.noted) lookedAt.add(topic);
  }
  const reason = reasonText(answer.reason);
  return {
    ...answer,
    reason,
    lookedAt: lookedAt.size > LOOKED_AT_MAX ? [ANYTHING] : [...lookedAt],
  };
}

/** Everything that a commit moves, once each. */
export function movedBy({ records = [], documents = [] }: WriteSet): ReadonlySet<string> {
  const topics = new Set<string>();
  for (const { stream, key } of records) {
    if (stream !== null) topics.add(streamTopic(stream));
    topics.add(keyTopic(key));
  }
  for (const { model, key } of documents) {
    topics.add(documentTopic(model, key));
    topics.add(modelTopic(model));
  }
  return topics;
}

/** A query that notes what it is asked for. */
export function notingQuery<Document extends object>(
  query: Query<Document>,
  model: AnyReadModel,
  unit: Unit,
): Query<Document> {
  const name = modelName(model);
  return {
    get(key, options) {
      unit.note(documentTopic(name, key));
      return query.get(key, options);
    },
    find(asked) {
      unit.note(modelTopic(name));
      return query.find(asked);
    },
    count(where) {
      unit.note(modelTopic(name));
      return query.count(where);
    },
  };
}

export function keyTopic(key: string): string {
  return `key ${key}`;
}

function streamTopic(stream: string): string {
  return `stream ${stream}`;
}

function documentTopic(model: string, key: string): string {
  return `document ${model} ${key}`;
}

function modelTopic(model: string): string {
  return `model ${model}`;
}
