import type {
  AbortedTransaction,
  FetchedPartition,
  KafkaRecord,
  RecordBatch,
} from './kafka-client.ts';

/** Some messages of a partition, as they stand there one behind the other. */
export interface Chunk {
  readonly records: readonly PlacedRecord[];
  /** From here on the next ones are read. */
  readonly to: number;
  /** Whether there was nothing behind it when it was read. */
  readonly isEnd: boolean;
}

export interface PlacedRecord {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly record: KafkaRecord;
}

const IS_TRANSACTIONAL = 1 << 4;
const IS_CONTROL = 1 << 5;

/**
 * What was fetched from a place on. A broker sends whole batches, so the first may begin before that
 * place; and it sends what was never committed, and marks of transactions, which are for nobody.
 */
export function chunkOf(found: FetchedPartition | undefined, place: number): Chunk {
  const batches = found?.records ?? [];
  const aborted = new AbortedBatches(found?.abortedTransactions ?? []);
  const records: PlacedRecord[] = [];
  for (const batch of batches) {
    if (aborted.has(batch) || isControl(batch)) continue;
    for (const record of batch.records) {
      const offset = Number(batch.firstOffset) + record.offsetDelta;
      const at = Number(batch.firstTimestamp + record.timestampDelta);
      if (offset >= place) records.push({ offset, at, record });
    }
  }
  const last = batches.at(-1);
  const to = last === undefined ? place : Math.max(place, endOf(last));
  return { records, to, isEnd: found === undefined || to >= Number(found.lastStableOffset) };
}

/**
 * Follows the batches in order, to tell those of transactions that were given up. The client does so
 * only where a transaction begins and ends in what was fetched at once.
 */
class AbortedBatches {
  readonly #begins: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#begins = transactions.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  has(batch: RecordBatch): boolean {
    while ((this.#begins[0]?.firstOffset ?? Infinity) < endOf(batch))
      this.#open.add((this.#begins.shift() as AbortedTransaction).producerId);
    if (isControl(batch)) this.#open.delete(batch.producerId);
    return (batch.attributes & IS_TRANSACTIONAL) !== 0 && this.#open.has(batch.producerId);
  }
}

function isControl({ attributes }: RecordBatch): boolean {
  return (attributes & IS_CONTROL) !== 0;
}

function endOf({ firstOffset, lastOffsetDelta }: RecordBatch): number {
  return Number(firstOffset) + lastOffsetDelta + 1;
}
