import type { NewRecord } from '../../log/record.ts';
import { RecordKnownError } from '../../log/record-known.ts';
import { UnknownModelError } from '../../log/unknown-model.ts';
import {
  type CheckpointMove,
  type DocumentWrite,
  documentStream,
  type Held,
  type Fence,
  type Mark,
  type Operation,
  type Outcome,
  type Received,
  type StoredCommand,
  type StoredSnapshot,
  type WriteSet,
} from '../../log/write-set.ts';
import type { WaitingKey, WaitingRow } from '../../log/waiting-row.ts';
import { documentKey, type KnownFacts, rangeKey } from './known-facts.ts';

/**
 * Write sets that are committed in one call, folded into one change: they are played through in
 * order, each on what those before it do, and what is not known of the database is taken to be as
 * they expect it. Then the database is asked to commit that, if it is so.
 */
export class Group {
  readonly streams = new Map<string, GroupStream>();
  readonly ranges = new Map<string, GroupRange>();
  readonly commands = new Map<string, StoredCommand>();
  readonly records: GroupRecord[] = [];
  readonly marks = new Map<string, Mark>();
  readonly snapshots = new Map<string, StoredSnapshot>();
  readonly documents = new Map<string, GroupDocument>();
  readonly waiting = new Map<string, WaitingRow>();
  readonly done = new Map<string, WaitingKey>();
  readonly operations = new Map<string, Operation>();
  readonly #facts: KnownFacts;
  readonly #recordIds = new Set<string>();
  readonly #messages = new Set<string>();
  /** What write sets want that were put off, by the stream that is held: who wants it, too, waits. */
  readonly #heldStreams: Map<string, string>;
  readonly #heldRanges = new Map<string, string>();
  readonly #heldCommands = new Map<string, string>();

  constructor(facts: KnownFacts) {
    this.#facts = facts;
    this.#heldStreams = new Map(Array.from(facts.held, (stream) => [stream, stream]));
  }

  /** Takes a write set in, or says why it is not committed. */
  add(writeSet: WriteSet): Taken | NotTaken {
    const held = this.#heldStream(writeSet);
    if (held !== undefined) return this.#putOff(writeSet, held);
    const refused =
      this.#checkStreams(writeSet) ??
      this.#checkCommand(writeSet) ??
      this.#checkRanges(writeSet) ??
      this.#checkDocuments(writeSet);
    if (refused !== undefined) return { kind: 'refused', outcome: refused };
    const error = this.#neverWritten(writeSet);
    if (error !== undefined) return { kind: 'failed', error };
    return this.#take(writeSet);
  }

  /** The stream that another transaction holds, and that this wants, or rests on what wants it. */
  #heldStream(writeSet: WriteSet): string | undefined {
    const { command } = writeSet;
    return (
      streamsOf(writeSet).flatMap((stream) => this.#heldStreams.get(stream) ?? [])[0] ??
      rangesOf(writeSet).flatMap((range) => this.#heldRanges.get(rangeKey(range)) ?? [])[0] ??
      (command && this.#heldCommands.get(command.id))
    );
  }

  #putOff(writeSet: WriteSet, held: string): NotTaken {
    for (const stream of streamsOf(writeSet)) this.#heldStreams.set(stream, held);
    for (const range of rangesOf(writeSet)) this.#heldRanges.set(rangeKey(range), held);
    if (writeSet.command !== undefined) this.#heldCommands.set(writeSet.command.id, held);
    return { kind: 'refused', outcome: { kind: 'held', stream: held } };
  }

  #checkStreams({ expects = [], records = [] }: WriteSet): Outcome | undefined {
    for (const { stream, version } of expects) {
      const actual = this.#stream(stream, version).version;
      if (actual !== version) return { kind: 'conflict', stream, expected: version, actual };
    }
    const reached = new Map<string, number>();
    for (const { stream, version } of records) {
      if (stream === null || version === null) continue;
      const stored = this.#stream(stream, version - 1).version;
      if ((reached.get(stream) ?? stored) !== version - 1)
        return { kind: 'conflict', stream, expected: version - 1, actual: stored };
      reached.set(stream, version);
    }
    return undefined;
  }

  #stream(name: string, expected: number): GroupStream {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const base = this.#facts.streams.get(name) ?? expected;
    const stream = { base, version: base };
    this.streams.set(name, stream);
    return stream;
  }

  #checkCommand({ command }: WriteSet): Outcome | undefined {
    if (command === undefined) return undefined;
    const known = this.#facts.commands.get(command.id) ?? this.commands.get(command.id);
    return known && { kind: 'command-known', command: known };
  }

  #checkRanges({ fences = [], moves = [] }: WriteSet): Outcome | undefined {
    const lost = [...fences, ...moves].find((fence) => !this.#holds(fence));
    if (lost === undefined) return undefined;
    return { kind: 'fenced', subscription: lost.subscription, firstSlot: lost.firstSlot };
  }

  #holds(fence: Fence | CheckpointMove): boolean {
    const key = rangeKey(fence);
    if (this.#facts.ranges.has(key) && this.#facts.ranges.get(key) === undefined) return false;
    const range = this.#range(key, fence);
    if (range.epoch !== fence.epoch) return false;
    if (!('from' in fence)) return true;
    range.base ??= fence.from;
    return (range.to ?? range.base) === fence.from;
  }

  #range(key: string, { subscription, firstSlot, epoch }: Fence): GroupRange {
    const known = this.ranges.get(key);
    if (known !== undefined) return known;
    const fact = this.#facts.ranges.get(key);
    const range = {
      subscription,
      firstSlot,
      epoch: fact?.epoch ?? epoch,
      base: fact?.position,
      to: undefined,
    };
    this.ranges.set(key, range);
    return range;
  }

  #checkDocuments({ documents = [] }: WriteSet): Outcome | undefined {
    for (const { model, key, was } of documents) {
      if (was === undefined) continue;
      const name = documentKey({ model, key });
      const known = this.documents.has(name)
        ? this.documents.get(name)?.text
        : this.#facts.documents.get(name);
      const isKnown = this.documents.has(name) || this.#facts.documents.has(name);
      if (isKnown && (known ?? null) !== was)
        return { kind: 'conflict', stream: documentStream({ model, key }), expected: 0, actual: 1 };
    }
    return undefined;
  }

  #neverWritten({ records = [], documents = [] }: WriteSet): Error | undefined {
    const missing = documents.find(({ model }) => this.#facts.missingModels.has(model));
    if (missing !== undefined) return new UnknownModelError(missing.model);
    const ids = new Set<string>();
    for (const { id, received } of records) {
      if (received !== undefined && this.#messages.has(messageKey(received))) continue;
      if (ids.has(id) || this.#recordIds.has(id) || this.#facts.records.has(id))
        return new RecordKnownError(id);
      ids.add(id);
    }
    return undefined;
  }

  #take(writeSet: WriteSet): Taken {
    const { records = [], command, moves = [] } = writeSet;
    if (command !== undefined) this.commands.set(command.id, command);
    for (const move of moves) this.#range(rangeKey(move), move).to = move.to;
    for (const each of writeSet.marks ?? []) this.marks.set(pair(each.contract, each.source), each);
    for (const each of writeSet.snapshots ?? []) this.snapshots.set(each.stream, each);
    for (const each of writeSet.documents ?? []) this.#takeDocument(each);
    this.#takeWaiting(writeSet);
    for (const each of writeSet.operations ?? [])
      if (!this.operations.has(each.id)) this.operations.set(each.id, each);
    return { kind: 'taken', numbers: records.map((record) => this.#takeRecord(record)) };
  }

  /** Of several writes to one the last counts, and what the first has taken it to be. */
  #takeDocument({ model, key, text, was }: DocumentWrite): void {
    const name = documentKey({ model, key });
    const before = this.documents.get(name);
    this.documents.set(name, { model, key, text, was: before === undefined ? was : before.was });
  }

  #takeWaiting({ waiting = [], done = [] }: WriteSet): void {
    for (const row of waiting) {
      this.done.delete(waitingKey(row));
      this.waiting.set(waitingKey(row), row);
    }
    for (const row of done) {
      this.waiting.delete(waitingKey(row));
      this.done.set(waitingKey(row), row);
    }
  }

  /** The number of the record in the group, or 0 for a message that is in the group already. */
  #takeRecord(record: GroupRecord): number {
    if (record.received !== undefined) {
      const key = messageKey(record.received);
      if (this.#messages.has(key)) return 0;
      this.#messages.add(key);
    }
    this.#recordIds.add(record.id);
    if (record.stream !== null && record.version !== null)
      this.#stream(record.stream, record.version - 1).version = record.version;
    return this.records.push(record);
  }
}

/** A stream: the version that it is taken to be at, and the one it has at the end. */
export interface GroupStream {
  readonly base: number;
  version: number;
}

/** A range: what it is taken to be at, and where it stands at the end. */
export interface GroupRange {
  readonly subscription: string;
  readonly firstSlot: number;
  readonly epoch: number;
  /** Undefined while only fences were checked. */
  base: number | undefined;
  to: number | undefined;
}

export type GroupRecord = NewRecord & { readonly received?: Received };

/** A document as it is to be. */
export interface GroupDocument extends Omit<DocumentWrite, 'was'> {
  /** What it is taken to be; undefined for whatever. */
  readonly was: string | null | undefined;
}

/** Committed with the group. */
export interface Taken {
  readonly kind: 'taken';
  /** The numbers of its records in the group, from 1; 0 for what was left out. */
  readonly numbers: readonly number[];
}

/** refused: by what is known. failed: can never be written. */
export type NotTaken =
  | { readonly kind: 'refused'; readonly outcome: Outcome | Held }
  | { readonly kind: 'failed'; readonly error: Error };

function streamsOf({ expects = [], records = [] }: WriteSet): string[] {
  const written = records.flatMap(({ stream }) => (stream === null ? [] : [stream]));
  return [...expects.map(({ stream }) => stream), ...written];
}

function rangesOf({ fences = [], moves = [] }: WriteSet): readonly Fence[] {
  return fences.length === 0 ? moves : [...fences, ...moves];
}

function waitingKey({ subscription, key, recordId }: WaitingKey): string {
  return pair(subscription, pair(key, recordId));
}

function messageKey({ source, id }: Received): string {
  return pair(source, id);
}

/** One text of two, whatever is in them. */
function pair(one: string, other: string): string {
  return `${one.length} ${one}${other}`;
}
