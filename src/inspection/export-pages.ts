import { type LogQuery } from '../log/log.ts';
import { PAGE_CHARACTERS_MAX, isFull } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import { exportedEvent, maskedRecord } from './exported-event.ts';
import type { OpenLog } from './open-logs.ts';

/** So many records are read at a time. */
const PAGE = 1_000;

/** What of a log is exported. */
export interface ExportQuery {
  /** Domain events, what was taken in and timers as well; otherwise only what was published. */
  readonly isAll: boolean;
  /** Only these types; all when absent. */
  readonly types?: readonly string[] | undefined;
  /** What stands behind this position. */
  readonly after: number;
  readonly until?: ExportUntil | undefined;
  /** At most so many events. */
  readonly limit: number;
  /** Whether what is personal is masked; what nobody has said that of is then left out. */
  readonly isMasked: boolean;
}

/** Up to a position, that one included; or what was recorded before a time (milliseconds since 1970). */
export type ExportUntil = { readonly position: number } | { readonly recordedAt: number };

/** Some events of one log, in the order of their positions. */
export interface ExportPage {
  /** Each a CloudEvent in structured mode, JSON text without a line break. */
  readonly events: readonly string[];
  /** How many events of each type there are. */
  readonly types: ReadonlyMap<string, number>;
  /** How many records were left out, as it could not be told what of them is personal. */
  readonly leftOut: number;
  /** The position of the last one, also when it was left out; none when there are none. */
  readonly last: number | undefined;
  /** The position of the last record that was looked at for it. */
  readonly passed: number | undefined;
}

/** The last position that an export of a log comes to: what is appended meanwhile is not in it. */
export async function exportEnd({ log }: OpenLog, { until }: ExportQuery): Promise<number> {
  const head = await log.head();
  return until !== undefined && 'position' in until ? Math.min(head, until.position) : head;
}

/** Reads a log page by page, each only when it is asked for, up to a position. */
export async function* exportPages(
  open: OpenLog,
  query: ExportQuery,
  end: number,
): AsyncGenerator<ExportPage> {
  let { after, limit } = query;
  while (after < end && limit > 0) {
    const bound = { limit: Math.min(PAGE, limit), charactersMax: PAGE_CHARACTERS_MAX };
    const read = await open.log.read({ after, ...bound, ...kindsOf(query) });
    const page = pageOf(
      open,
      query,
      read.filter(({ position }) => position <= end),
    );
    yield page;
    if (!isFull(read, bound)) return;
    limit -= page.events.length;
    after = read.at(-1)?.position ?? end;
  }
}

/**
 * The last position of what is not there any more, since it was dropped for its age; 0 when nothing
 * of what is asked for was.
 */
export async function droppedUpTo({ log }: OpenLog, query: ExportQuery): Promise<number> {
  const dropped = (await log.dropped?.()) ?? [];
  const positions = dropped
    .filter(({ direction }) => query.isAll || direction === 'outgoing')
    .filter(({ type }) => query.types === undefined || query.types.includes(type))
    .map(({ position }) => position);
  return Math.max(0, ...positions.filter((position) => position > query.after));
}

function kindsOf({ isAll, types }: ExportQuery): Pick<LogQuery, 'directions' | 'types'> {
  return {
    ...(isAll ? {} : { directions: ['outgoing'] }),
    ...(types === undefined ? {} : { types }),
  };
}

/** Looked at one by one: processes that share a log have clocks that differ a little. */
function isInTime({ recordedAt }: StoredRecord, { until }: ExportQuery): boolean {
  return until === undefined || !('recordedAt' in until) || recordedAt < until.recordedAt;
}

function pageOf(
  { name, vocabulary }: OpenLog,
  query: ExportQuery,
  read: readonly StoredRecord[],
): ExportPage {
  const { isAll, isMasked } = query;
  const records = read.filter((record) => isInTime(record, query));
  const events: string[] = [];
  const types = new Map<string, number>();
  for (const record of records) {
    const exported = isMasked ? maskedRecord(vocabulary, record) : record;
    if (exported === undefined) continue;
    events.push(exportedEvent(exported, { context: name, isAll }));
    types.set(record.type, (types.get(record.type) ?? 0) + 1);
  }
  return {
    events,
    types,
    leftOut: records.length - events.length,
    last: records.at(-1)?.position,
    passed: read.at(-1)?.position,
  };
}
