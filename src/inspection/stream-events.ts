import type { PageBound } from '../log/page.ts';
import { findStream } from './find-stream.ts';
import type { OpenLog } from './open-logs.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** The events of one aggregate instance, or a part of them. */
export interface StreamEvents {
  readonly context: string;
  readonly stream: string;
  /** How many events it has. */
  readonly version: number;
  readonly records: readonly ShownRecord[];
  /** After which version the next part begins; null when there is nothing more. */
  readonly next: number | null;
}

/** Which part of a stream is asked for. */
export interface StreamPart extends PageBound {
  /** Its name: AGGREGATE/ID. */
  readonly id: string;
  /** Events after this version. */
  readonly after: number;
}

/**
 * The events of a stream after a version.
 *
 * @throws {QuestionError} when no log has such a stream, or several have.
 */
export async function streamEvents(
  logs: readonly OpenLog[],
  { id, after, ...bound }: StreamPart,
  storeName: string,
): Promise<StreamEvents> {
  const { name, version, log, vocabulary } = await findStream(logs, id, storeName);
  const stored = await log.readStream(id, { afterVersion: after, ...bound });
  const records = stored.map((record) => shownRecord(vocabulary, record));
  const last = records.at(-1)?.version ?? version;
  return { context: name, stream: id, version, records, next: last < version ? last : null };
}
