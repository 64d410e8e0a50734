import type { Checkup } from '../inspection/checkup.ts';
import type { Finding } from '../inspection/finding.ts';
import type { Level } from '../inspection/level.ts';
import { cutText, messageText, nameText } from '../telemetry/safe-text.ts';
import type { Paint } from './command.ts';

const WORDS: Readonly<Record<Level, string>> = { good: 'ok', attention: 'attention', bad: 'BAD' };
const WORD_WIDTH = 'attention'.length;
const CHECK_WIDTH = 'configuration'.length;

/** A line for each finding, in the order in which it was looked; then how many are not well. */
export function doctorText(
  { findings }: Checkup,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const lines = findings.flatMap((finding) => {
    const [line, ...remedy] = linesOf(finding).map((each) => cutText(each, width));
    return [paint(finding.level, line ?? ''), ...remedy];
  });
  return [...lines, '', summary(findings)].join('\n');
}

function linesOf({ level, check, context, found, remedy }: Finding): readonly string[] {
  const indent = ' '.repeat(WORD_WIDTH + CHECK_WIDTH + 4);
  const whose = context === null ? '' : `${nameText(context)}: `;
  const begin = `${WORDS[level].padEnd(WORD_WIDTH)}  ${check.padEnd(CHECK_WIDTH)}  `;
  const [first = '', ...more] = messageText(found).split('\n');
  return [
    `${begin}${whose}${first}`,
    ...more.map((each) => `${indent}${each}`),
    ...(remedy === null ? [] : [`${indent}→ ${messageText(remedy).replaceAll('\n', ' ')}`]),
  ];
}

function summary(findings: readonly Finding[]): string {
  const count = (level: Level): number => findings.filter((each) => each.level === level).length;
  const [isBad, attention] = [count('bad'), count('attention')];
  if (isBad + attention === 0) return 'All is well.';
  const wants =
    attention === 0 ? '' : `${attention} ${attention === 1 ? 'wants' : 'want'} attention`;
  if (isBad === 0) return `Nothing is bad; ${wants}.`;
  return `${isBad} ${isBad === 1 ? 'is' : 'are'} bad${wants === '' ? '' : `, ${wants}`}.`;
}
