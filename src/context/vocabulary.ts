import { type AnyAggregate, aggregateOfStream } from '../aggregate/aggregate.ts';
import type { AnyContract } from '../contract/contract.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import { timeTexts } from '../message/time-text.ts';
import { currentVersion, upcast } from '../message/upcasting.ts';
import { timerName } from '../process/timer-type.ts';
import { type BoundedContext, consumedContracts, publishedContracts } from './bounded-context.ts';

/**
 * The language of one context: what its records mean. The one place where stored records become
 * facts: parsed, brought up to the current version, frozen.
 */
export interface Vocabulary {
  readonly context: string;
  readonly aggregates: ReadonlyMap<string, AnyAggregate>;
  readonly contracts: ReadonlyMap<string, AnyContract>;
}

export function vocabularyOf(context: BoundedContext): Vocabulary {
  const contracts = [...publishedContracts(context), ...consumedContracts(context)];
  return {
    context: context.name,
    aggregates: new Map(context.aggregates.map((aggregate) => [aggregate.name, aggregate])),
    contracts: new Map(contracts.map((contract) => [contract.name, contract])),
  };
}

/** The fact that a stored record stands for. */
export function decode(vocabulary: Vocabulary, stored: StoredRecord): Recorded<Fact> {
  const upcasters = upcastersOf(vocabulary, stored);
  const data = JSON.parse(stored.data) as unknown;
  return Object.freeze({
    type: stored.direction === 'timer' ? timerName(stored.type) : stored.type,
    data: deepFreeze(upcast(upcasters, data, stored.schemaVersion)),
    id: stored.id,
    stream: stored.stream ?? '',
    version: stored.version ?? 0,
    position: stored.position,
    schemaVersion: Math.max(stored.schemaVersion, currentVersion(upcasters)),
    source: stored.source,
    occurredAt: occurredAtText(stored.occurredAt),
    recordedAt: recordedAtText(stored.recordedAt),
    correlationId: stored.correlationId,
    causationId: stored.causationId,
    metadata: stored.metadata === null ? NO_METADATA : deepFreeze(JSON.parse(stored.metadata)),
  });
}

/** The version that a record of this kind has when it is written today. */
export function currentVersionOf(vocabulary: Vocabulary, stored: StoredRecord): number {
  return currentVersion(upcastersOf(vocabulary, stored));
}

const occurredAtText = timeTexts();
const recordedAtText = timeTexts();

const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({});

function upcastersOf(vocabulary: Vocabulary, stored: StoredRecord) {
  if (stored.direction === 'timer') return undefined;
  if (stored.direction !== 'domain') return vocabulary.contracts.get(stored.type)?.upcasters;
  const aggregate = vocabulary.aggregates.get(aggregateOfStream(stored.stream ?? ''));
  return aggregate?.upcasters[stored.type];
}

/** Undefined when nobody has said what of it is personal, as its type is not in the wiring. */
export function personalFields(
  { aggregates, contracts }: Vocabulary,
  { direction, stream, type }: StoredRecord,
): readonly string[] | undefined {
  // Nothing of a timer comes from outside.
  if (direction === 'timer') return [];
  if (direction !== 'domain') return contracts.get(type)?.personal;
  const aggregate = aggregates.get(aggregateOfStream(stream ?? ''));
  if (aggregate === undefined || aggregate.retired.includes(type)) return undefined;
  return aggregate.personal[type] ?? [];
}
