import type { WaitingRow } from '../log/waiting-row.ts';
import { jsonText, nameText } from '../telemetry/safe-text.ts';
import { type OpenLog, assertSomeLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';

/** At most so many parked rows are looked through in each context. */
const ROWS_MAX = 20_000;
/** So many are named when several are meant. */
const NAMED = 10;

/** Which parked record is meant. */
export interface ParkedAsked {
  /** Its record id, or the beginning of one that no other parked record has. */
  readonly id: string;
  /** Where the same record is parked in several: in which one. */
  readonly subscription?: string | undefined;
  readonly key?: string | undefined;
}

/** A parked row, and the log that it is in. */
export interface FoundParked {
  readonly open: OpenLog;
  readonly row: WaitingRow;
}

/**
 * The one parked record that is meant.
 *
 * @throws {QuestionError} when there is none, or there are several.
 */
export async function findParked(
  logs: readonly OpenLog[],
  asked: ParkedAsked,
  storeName: string,
): Promise<FoundParked> {
  if (asked.id === '')
    throw new QuestionError('asked-wrongly', 'Say which one, by its record id or its beginning.');
  const { subscription, key } = asked;
  const found: FoundParked[] = [];
  let isCut = false;
  for (const open of logs) {
    const rows = await open.log.waiting({
      kinds: ['parked'],
      limit: ROWS_MAX,
      ...(subscription === undefined ? {} : { subscription }),
      ...(key === undefined ? {} : { key }),
    });
    isCut ||= rows.length === ROWS_MAX;
    for (const row of rows) if (row.recordId.startsWith(asked.id)) found.push({ open, row });
  }
  const whole = found.filter(({ row }) => row.recordId === asked.id);
  const [only, ...others] = whole.length > 0 ? whole : found;
  if (only === undefined) throw await nothingFound(logs, asked, { storeName, isCut });
  if (others.length === 0) return only;
  throw severalFound(asked, [only, ...others]);
}

async function nothingFound(
  logs: readonly OpenLog[],
  { id }: ParkedAsked,
  { storeName, isCut }: { readonly storeName: string; readonly isCut: boolean },
): Promise<QuestionError> {
  assertSomeLog(logs, storeName);
  for (const { name, log } of logs) {
    if ((await log.recordsById([id])).length === 0) continue;
    return new QuestionError(
      'nothing-found',
      `Record ${nameText(id)} of ${nameText(name)} is not parked there, or not any more. See what ` +
        `became of it with thereupon trace, and what is parked with thereupon parked list.`,
    );
  }
  const looked = isCut ? ` Only the first ${ROWS_MAX} of a context were looked through:` : '';
  const narrow = isCut ? ' narrow it down with --context and --subscription.' : '';
  return new QuestionError(
    'nothing-found',
    `Nothing is parked whose record id begins with ${jsonText(id)}.${looked}${narrow} See what is ` +
      'parked with: thereupon parked list',
  );
}

function severalFound({ id }: ParkedAsked, found: readonly FoundParked[]): QuestionError {
  const isOneRecord = new Set(found.map(({ row }) => row.recordId)).size === 1;
  const advice = isOneRecord
    ? 'Say where, with --context, --subscription and --key'
    : 'Give more of the id, or say where, with --context, --subscription and --key';
  const lines = found
    .slice(0, NAMED)
    .map(
      ({ open, row }) =>
        `  ${nameText(row.recordId)}  ${nameText(open.name)} · ${jsonText(row.subscription)} · ` +
        `key ${jsonText(row.key)}`,
    );
  const more = found.length - lines.length;
  return new QuestionError(
    'asked-wrongly',
    [
      `${found.length} are parked whose record id begins with ${jsonText(id)}. ${advice}:`,
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join('\n'),
  );
}
