import type { WaitingRow } from '../log/waiting-row.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { assertSomeLog, type OpenLog, withLogs } from './open-logs.ts';
import { cutText, jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';

/** At most so many parked, and so many held rows are looked at in each context. */
const ROWS_MAX = 20_000;
/** So many keys are named in text; all of them with `--json`. */
const KEYS_NAMED = 5;

/** What was parked in one subscription with one kind of error. */
export interface ParkedGroup {
  readonly context: string;
  readonly subscription: string;
  readonly error: string;
  readonly errorCode: string | null;
  /** Of the first one. */
  readonly message: string;
  readonly parked: readonly ParkedRecord[];
  /** How many records wait behind them. */
  readonly heldBehind: number;
}

export interface ParkedRecord {
  readonly recordId: string;
  readonly key: string;
  readonly attempts: number;
  readonly since: string;
  readonly correlationId: string;
  readonly heldBehind: number;
}

/** `thereupon parked list`: what waits for a person, by context, subscription and error. */
export async function parkedList(
  config: ThereuponConfig,
  form: {
    readonly context: string | undefined;
    readonly asJson: boolean;
    readonly width: number;
  },
): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const found = await Promise.all(logs.map(parkedOf));
    const groups = found.flatMap((part) => part.groups);
    // Whoever watches for what is parked must not be told that all is well.
    if (groups.length === 0) assertSomeLog(logs, config.store.name);
    const isCut = found.some((part) => part.isCut);
    if (form.asJson) return jsonDocument({ groups, isCut });
    return asText(groups, isCut, form.width);
  });
}

async function parkedOf({
  name,
  log,
}: OpenLog): Promise<{ groups: readonly ParkedGroup[]; isCut: boolean }> {
  const parked = await log.waiting({ kinds: ['parked'], limit: ROWS_MAX });
  const held = parked.length === 0 ? [] : await log.waiting({ kinds: ['held'], limit: ROWS_MAX });
  const heldByLane = Map.groupBy(held, laneOf);
  const groups = Map.groupBy(parked, ({ subscription, error }) =>
    JSON.stringify([subscription, error?.name, error?.code]),
  );
  return {
    groups: [...groups.values()].map((rows) => groupOf(name, rows, heldByLane)),
    isCut: parked.length === ROWS_MAX || held.length === ROWS_MAX,
  };
}

function groupOf(
  context: string,
  rows: readonly WaitingRow[],
  heldByLane: ReadonlyMap<string, readonly WaitingRow[]>,
): ParkedGroup {
  const first = rows[0] as WaitingRow;
  const parked = rows.map((row) => ({
    recordId: row.recordId,
    key: row.key,
    attempts: row.attempts,
    since: new Date(row.since).toISOString(),
    correlationId: row.correlationId,
    heldBehind: heldByLane.get(laneOf(row))?.length ?? 0,
  }));
  return {
    context,
    subscription: first.subscription,
    error: first.error?.name ?? 'unknown',
    errorCode: first.error?.code ?? null,
    message: first.error?.message ?? '',
    parked,
    // Several of one key may be parked; what is held behind them is held once.
    heldBehind: [...new Set(rows.map(laneOf))]
      .map((lane) => heldByLane.get(lane)?.length ?? 0)
      .reduce((sum, count) => sum + count, 0),
  };
}

function laneOf({ subscription, key }: WaitingRow): string {
  return JSON.stringify([subscription, key]);
}

function asText(groups: readonly ParkedGroup[], isCut: boolean, width: number): string {
  if (groups.length === 0) return 'Nothing is parked.';
  const count = groups.reduce((sum, { parked }) => sum + parked.length, 0);
  const held = groups.reduce((sum, { heldBehind }) => sum + heldBehind, 0);
  const sections = groups.map((group) =>
    linesOf(group)
      .map((line) => cutText(line, width))
      .join('\n'),
  );
  return [
    `${count} parked, ${held} held behind them${isCut ? ' (there are more)' : ''}`,
    ...sections,
    'Look at one with: thereupon trace RECORD_ID. When the cause is mended, redrive them from the ' +
      'application:\n  await app.redrive({ context, errorCode }, { who, why })',
  ].join('\n\n');
}

function linesOf(group: ParkedGroup): string[] {
  const { parked, errorCode, message } = group;
  const code = errorCode === null ? '' : ` (${nameText(errorCode)})`;
  const since = parked.map((record) => record.since).toSorted()[0] ?? '';
  const more = parked.length - KEYS_NAMED;
  return [
    `${nameText(group.context)} · ${jsonText(group.subscription)} · ${nameText(group.error)}${code}` +
      ` · ${parked.length} parked, ${group.heldBehind} held behind · since ${since}`,
    ...messageText(message)
      .split('\n')
      .map((line) => `  ${line}`),
    ...parked
      .slice(0, KEYS_NAMED)
      .map((record) => `  key ${jsonText(record.key)}  record ${nameText(record.recordId)}`),
    ...(more > 0 ? [`  and ${more} more: see them all with --json`] : []),
  ];
}
