import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import type { Happening } from './history.ts';
import type { RunPlan, RunResult } from './one-run.ts';

/** A timeline longer than this is cut in its middle. */
const LINES_MAX = 160;
const LINE_MAX = 160;

/** How often each kind of fault happened, also those that never did. */
export function faultLines(counts: ReadonlyMap<FaultKind, number>): readonly string[] {
  const kinds = Object.keys(FAULT_KINDS) as FaultKind[];
  return kinds.map(
    (kind) =>
      `${String(counts.get(kind) ?? 0).padStart(8)}  ${kind.padEnd(22)} ${FAULT_KINDS[kind]}`,
  );
}

/** What failed, in words a person can follow, and how to run it again. */
export function failureText(
  name: string,
  found: RunResult,
  smallest: RunResult,
  again: (plan: RunPlan) => string = inCode,
): string {
  const { failure, plan } = smallest;
  return [
    `${name}: seed ${found.plan.seed} fails.`,
    '',
    failure?.message ?? 'It failed only once.',
    '',
    `The shortest history found takes ${few(smallest.strikes.length, found.strikes.length, 'fault')} ` +
      `and ${few(plan.steps?.length ?? found.steps.length, found.steps.length, 'step')}, ` +
      `${smallest.deployment}:`,
    '',
    ...timelineOf(smallest.timeline),
    '',
    'Run it again with:',
    `  ${again(plan)}`,
  ].join('\n');
}

/** How a run is run again from within a test. */
function inCode(plan: RunPlan): string {
  return `await simulate({ ...simulation, plan: ${JSON.stringify(plan)} });`;
}

function few(count: number, of: number, noun: string): string {
  return `${count} of ${of} ${noun}${of === 1 ? '' : 's'}`;
}

/** The lines of a timeline, as a person reads them. */
export function timelineOf(lines: readonly Happening[]): readonly string[] {
  const width = Math.max(0, ...lines.map(({ where }) => where.length));
  const texts = lines.map(({ at, where, kind, text }) => {
    const mark = kind === 'fault' || kind === 'broken' ? '✗' : ' ';
    return `${mark} ${at.toFixed(0).padStart(8)} ms  ${where.padEnd(width)}  ${shortened(text)}`;
  });
  if (texts.length <= LINES_MAX) return texts;
  const half = LINES_MAX / 2;
  return [
    ...texts.slice(0, half),
    `  … ${texts.length - LINES_MAX} lines …`,
    ...texts.slice(-half),
  ];
}

function shortened(text: string): string {
  return text.length <= LINE_MAX ? text : `${text.slice(0, LINE_MAX - 1)}…`;
}
