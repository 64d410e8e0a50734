import { MASKED, masked } from '../context/personal-data.ts';
import { type Vocabulary, decode, personalFields } from '../context/vocabulary.ts';
import type { Direction, StoredRecord } from '../log/record.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';

/** A record as the command line shows it. Metadata is left out, as anything may be in it. */
export interface ShownRecord {
  readonly context: string;
  readonly direction: Direction;
  readonly type: string;
  readonly schemaVersion: number;
  readonly stream: string | null;
  readonly version: number | null;
  readonly key: string;
  readonly position: number;
  readonly id: string;
  readonly source: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly data: unknown;
}

export function shownRecord(vocabulary: Vocabulary, stored: StoredRecord): ShownRecord {
  const { stream, version, position, id, source, correlationId, causationId } = stored;
  return {
    context: vocabulary.context,
    direction: stored.direction,
    type: stored.type,
    schemaVersion: stored.schemaVersion,
    stream,
    version,
    key: stored.key,
    position,
    id,
    source,
    correlationId,
    causationId,
    occurredAt: new Date(stored.occurredAt).toISOString(),
    recordedAt: new Date(stored.recordedAt).toISOString(),
    data: shownData(vocabulary, stored),
  };
}

/**
 * The data in its current form, with what is personal masked. What the wiring does not know is
 * not shown at all: nobody has said what of it is personal.
 */
function shownData(vocabulary: Vocabulary, stored: StoredRecord): unknown {
  const personal = personalFields(vocabulary, stored);
  if (personal === undefined) return '[not shown: its type is not in the wiring]';
  try {
    return masked(decode(vocabulary, stored).data, personal);
  } catch {
    // The record is still worth seeing; the upcaster's own message might quote the data.
    return '[not shown: it cannot be brought to its current version]';
  }
}

/** Whether a domain event may tell something of a person: its wiring lists fields. */
export function hasPersonalFields(vocabulary: Vocabulary, stored: StoredRecord): boolean {
  return personalFields(vocabulary, stored)?.length !== 0;
}

/**
 * The fact that a record stands for, with nothing personal in it: for code that nobody can follow
 * with what it is given. Metadata is masked as well, as anything may be in it. Undefined when it
 * cannot be brought to its current version, or is not in the wiring.
 */
export function maskedEvent(
  vocabulary: Vocabulary,
  stored: StoredRecord,
): Recorded<Fact> | undefined {
  const personal = personalFields(vocabulary, stored);
  if (personal === undefined) return undefined;
  try {
    const event = decode(vocabulary, stored);
    const metadata = Object.keys(event.metadata).map((name) => [name, MASKED]);
    const shown = { data: masked(event.data, personal), metadata: Object.fromEntries(metadata) };
    return deepFreeze({ ...event, ...shown });
  } catch {
    // The upcaster's own message might quote the data.
    return undefined;
  }
}
