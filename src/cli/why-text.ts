import type { ShownRecord } from '../inspection/shown-record.ts';
import { nextStep } from '../inspection/why-next-step.ts';
import { stateText } from '../inspection/why-state-text.ts';
import { whose, whySummary } from '../inspection/why-summary.ts';
import type { Why } from '../inspection/why.ts';
import { cutText, nameText } from '../telemetry/safe-text.ts';
import type { Paint } from './command.ts';

/** The answer in a sentence; then the record, and each that should handle it, with what to do next. */
export function whyText(
  why: Why,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const { records, answers } = why;
  const details = answers.map((each) => {
    const next = nextStep(each);
    return [
      paint(each.level, cutText(`${whose(each)}: ${stateText(each)}`, width)),
      ...(next === null ? [] : [cutText(`  → ${next}`, width)]),
    ].join('\n');
  });
  return [
    // Never cut: it is the answer.
    paint('strong', whySummary(why)),
    records.map((record) => cutText(recordText(record), width)).join('\n'),
    details.join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const DIRECTIONS = {
  domain: 'recorded',
  outgoing: 'published',
  incoming: 'taken in',
  timer: 'timer',
} as const;

function recordText(record: ShownRecord): string {
  const { context, direction, type, stream, version, key, position, recordedAt, id } = record;
  const what = stream === null ? `key ${nameText(key)}` : `${nameText(stream)} v${version}`;
  return `${nameText(context)}: ${DIRECTIONS[direction]} ${nameText(type)}  ${what}  at ${position}  ${recordedAt}  ${nameText(id)}`;
}
