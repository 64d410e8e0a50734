import type { LogQuery, StreamQuery, StreamsQuery } from '../../log/log.ts';
import { charactersOf, firstPage } from '../../log/page.ts';
import type { NewRecord, StoredRecord } from '../../log/record.ts';
import { compareText } from './field-order.ts';

/**
 * The records of one log, and the ways to find them. Nothing is ever removed, so that a record of
 * position n stands at n - 1, and a stream's record of version n at n - 1 of that stream.
 */
export class MemoryRecords {
  readonly #all: StoredRecord[] = [];
  readonly #byId = new Map<string, StoredRecord>();
  readonly #streams = new Map<string, StoredRecord[]>();
  readonly #actions = new Map<string, StoredRecord[]>();
  /** By direction, then by type: a reader of rare types does not walk through all the others. */
  readonly #kinds = new Map<string, Map<string, StoredRecord[]>>();

  get head(): number {
    return this.#all.length;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  version(stream: string): number {
    return this.#streams.get(stream)?.length ?? 0;
  }

  append(record: NewRecord): number {
    const position = this.#all.length + 1;
    const stored = storedRecord(record, position);
    this.#all.push(stored);
    this.#byId.set(stored.id, stored);
    listOf(this.#actions, stored.correlationId).push(stored);
    if (stored.stream !== null) listOf(this.#streams, stored.stream).push(stored);
    listOf(typesOf(this.#kinds, stored.direction), stored.type).push(stored);
    return position;
  }

  read(query: LogQuery): StoredRecord[] {
    return firstPage(this.#find(query), query, charactersOf);
  }

  #find(query: LogQuery): StoredRecord[] {
    if (query.directions === undefined && query.types === undefined) {
      return this.#all.slice(query.after, query.after + query.limit);
    }
    const lists = this.#listsFor(query).map((list) => part(list, query.after, query.limit));
    if (lists.length === 1) return lists[0] as StoredRecord[];
    return lists.flat().toSorted(byPosition).slice(0, query.limit);
  }

  readStream(stream: string, query: StreamQuery): StoredRecord[] {
    const after = query.afterVersion ?? 0;
    const records = this.#streams.get(stream)?.slice(after, after + query.limit) ?? [];
    return firstPage(records, query, charactersOf);
  }

  streams(query: StreamsQuery): StoredRecord[] {
    const { from = '' } = query;
    const names = [...this.#streams.keys()].filter((name) => compareText(name, from) >= 0);
    const lasts = names
      .toSorted(compareText)
      .flatMap((name) => this.#streams.get(name)?.at(-1) ?? []);
    return firstPage(lasts, query, charactersOf);
  }

  recordsById(ids: readonly string[]): StoredRecord[] {
    return [...new Set(ids)].flatMap((id) => this.#byId.get(id) ?? []).toSorted(byPosition);
  }

  recordsOfAction(correlationId: string, limit: number): StoredRecord[] {
    return this.#actions.get(correlationId)?.slice(0, limit) ?? [];
  }

  #listsFor(query: LogQuery): StoredRecord[][] {
    const directions = new Set<string>(query.directions ?? this.#kinds.keys());
    return [...directions].flatMap((direction) => {
      const types = this.#kinds.get(direction) ?? new Map<string, StoredRecord[]>();
      if (query.types === undefined) return [...types.values()];
      return [...new Set(query.types)].flatMap((type) => {
        const list = types.get(type);
        return list === undefined ? [] : [list];
      });
    });
  }
}

// Field by field: what else the caller's object carries stays out, as it would on disk.
function storedRecord(record: NewRecord, position: number): StoredRecord {
  return Object.freeze({
    position,
    id: record.id,
    direction: record.direction,
    stream: record.stream,
    version: record.version,
    type: record.type,
    schemaVersion: record.schemaVersion,
    key: record.key,
    data: record.data,
    source: record.source,
    occurredAt: record.occurredAt,
    recordedAt: record.recordedAt,
    correlationId: record.correlationId,
    causationId: record.causationId,
    traceparent: record.traceparent,
    metadata: record.metadata,
  });
}

/** The records of an ascending list after a position. */
function part(list: readonly StoredRecord[], after: number, limit: number): StoredRecord[] {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as StoredRecord).position <= after) low = middle + 1;
    else high = middle;
  }
  return list.slice(low, low + limit);
}

function byPosition(a: StoredRecord, b: StoredRecord): number {
  return a.position - b.position;
}

function listOf(lists: Map<string, StoredRecord[]>, name: string): StoredRecord[] {
  const known = lists.get(name);
  if (known !== undefined) return known;
  const made: StoredRecord[] = [];
  lists.set(name, made);
  return made;
}

function typesOf(
  kinds: Map<string, Map<string, StoredRecord[]>>,
  direction: string,
): Map<string, StoredRecord[]> {
  const known = kinds.get(direction);
  if (known !== undefined) return known;
  const made = new Map<string, StoredRecord[]>();
  kinds.set(direction, made);
  return made;
}
