import { failingText } from '../inspection/failing-text.ts';
import type { ContextLag, Lag, UnreadableLog } from '../inspection/lag.ts';
import type { PausedBy } from '../inspection/pauses.ts';
import type { RangeLag, ReaderLag } from '../inspection/reader-lag.ts';
import type { OwnerName, Running } from '../inspection/runners.ts';
import { resumeCommand } from '../inspection/why-next-step.ts';
import { holderInWords } from '../log/holder.ts';
import { cutText, jsonText, messageLine, messageText, nameText } from '../telemetry/safe-text.ts';
import { columns } from './columns.ts';
import type { Paint } from './command.ts';
import { spanText } from './span-text.ts';

interface Form {
  readonly width: number;
  readonly paint: Paint;
}

/** The readers of all contexts, a line each, the worst first; then how the logs themselves are. */
export function lagText(lag: Lag, { width, paint }: Form): string {
  const { readers, contexts, isCut, unreadable } = lag;
  const table = columns(readers.map(cellsOf));
  const lines = readers.flatMap((reader, index) => [
    paint(reader.level, cutText(table[index] ?? '', width)),
    ...failingOf(reader).map((line) => paint('attention', cutText(line, width))),
    ...rangesOf(reader).map((line) => paint('faint', cutText(line, width))),
  ]);
  return [
    heading(readers) + (isCut ? ' (there are more)' : ''),
    lines.join('\n'),
    [
      ...contexts.map((context) => contextText(context, { width, paint })),
      ...unreadable.map((each) => paint('bad', cutText(unreadableText(each), width))),
    ].join('\n'),
    nextSteps(lag),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function heading(readers: readonly ReaderLag[]): string {
  const behind = readers.filter((reader) => (reader.behind ?? 0) > 0).length;
  const parked = readers.reduce((sum, { waiting }) => sum + (waiting.parked ?? 0), 0);
  const lagging = behind === 0 ? 'Nothing is behind' : `${behind} of ${readers.length} are behind`;
  const paused = readers.filter((reader) => reader.paused !== null).length;
  const more = [
    ...(parked === 0 ? [] : [`${parked} parked`]),
    ...(paused === 0 ? [] : [`${paused} paused`]),
  ];
  return `${[lagging, ...more].join('; ')}.`;
}

function cellsOf(reader: ReaderLag): readonly string[] {
  const { context, name, kind, waiting, paused } = reader;
  const waits = Object.entries(waiting).map(([waitingKind, count]) => `${count} ${waitingKind}`);
  return [
    nameText(context),
    jsonText(name),
    kind === 'unknown' ? '' : kind,
    placeText(reader),
    behindText(reader),
    waits.join(', '),
    paused === null ? '' : pausedText(paused),
    ...(reader.ranges.length === 1 ? [ownerText(reader.ranges[0]?.owner ?? null)] : []),
  ];
}

function pausedText({ who, why, since }: PausedBy): string {
  return `PAUSED by ${nameText(who)} since ${since}: ${messageText(why).replaceAll('\n', ' ')}`;
}

const STATES = {
  'not-started': 'has not started yet',
  'not-listed': 'no longer in the configuration',
  restored: 'takes nothing: its source was restored',
  'not-visible': 'cannot be seen from here',
} as const;

function placeText({ state, position }: ReaderLag): string {
  if (state !== 'started') return STATES[state];
  return position === null ? '' : `at ${position}`;
}

function behindText({ behind, isMore, oldestAgeMs, kind }: ReaderLag): string {
  if (behind === null) return '';
  const what = kind === 'timers' ? 'overdue' : 'behind';
  if (behind === 0) return `0 ${what}`;
  const oldest = oldestAgeMs === null ? '' : `, the oldest for ${spanText(oldestAgeMs)}`;
  return `${behind}${isMore ? ' or more' : ''} ${what}${oldest}`;
}

function failingOf({ failing }: ReaderLag): readonly string[] {
  return failing === null ? [] : [`  FAILS: ${failingText(failing)}`];
}

/** One range says nothing more than its reader. */
function rangesOf({ ranges }: ReaderLag): readonly string[] {
  if (ranges.length < 2) return [];
  return ranges.map(
    ({ firstSlot, lastSlot, position, behind, owner }: RangeLag) =>
      `  slots ${firstSlot} to ${lastSlot}: at ${position}, ${behind} behind, ${ownerText(owner)}`,
  );
}

function ownerText(owner: OwnerName | null): string {
  return owner === null ? 'nobody works on it' : processText(owner);
}

function processText({ pid, host }: OwnerName): string {
  const where = host === null ? '' : ` on ${nameText(host)}`;
  return `${pid === null ? 'a process' : `process ${pid}`}${where}`;
}

function contextText(context: ContextLag, { width, paint }: Form): string {
  const { isThere, head, running, heldBy } = context;
  const name = nameText(context.context);
  const line = isThere
    ? `${name}: ends at ${head} · ${runningText(running)}`
    : `${name}: has no log yet`;
  const held = heldBy === null ? [] : [`  its end is ${messageText(holderInWords(heldBy))}`];
  return [
    cutText(line, width),
    ...held.map((each) => paint('bad', cutText(each.replaceAll('\n', ' '), width))),
  ].join('\n');
}

/** Who runs a context, in words. */
export function runningText({ processes }: Running): string {
  if (processes === null) return 'its store does not tell who runs it';
  if (processes.length === 0) return 'nobody runs it';
  const names = [...new Set(processes.map(processText))];
  if (names.length === 1) return `${names[0]} runs it`;
  return `${names.length} processes run it: ${names.join(', ')}`;
}

function unreadableText({ context, why }: UnreadableLog): string {
  return `${nameText(context)}: CANNOT BE READ: ${messageLine(why)}`;
}

function nextSteps({ readers, unreadable }: Lag): string {
  const isParked = readers.some(({ waiting }) => (waiting.parked ?? 0) > 0);
  const paused = readers.find((reader) => reader.paused !== null);
  const isBad = unreadable.length > 0 || readers.some(({ level }) => level === 'bad');
  return [
    ...(paused === undefined
      ? []
      : [`Let it go on: ${resumeCommand(paused.context, paused.name)}`]),
    ...(isParked ? ['See what is parked: thereupon parked list'] : []),
    ...(isBad ? ['See what is wrong: thereupon doctor'] : []),
  ].join('\n');
}
