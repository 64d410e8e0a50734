import { messageText, nameText } from '../telemetry/safe-text.ts';
import type { ImportResult } from './import-events.ts';
import { spanText } from './span-text.ts';

/** So many types that nobody listens to are named. */
const TYPES_MAX = 20;

/** What came of an import, a line for each context and source, and what to do next. */
export function importSummary(
  result: ImportResult,
  { file, isDryRun }: { readonly file: string; readonly isDryRun: boolean },
): string {
  const { into, lines, bad, tookMs } = result;
  const nothing = isDryRun ? '; nothing was left (--dry-run)' : '';
  return [
    ...into.map((each) => (isDryRun ? wouldBe(each) : became(each))),
    ...unheardText(result),
    ...(bad === 0 ? [] : [`${counted(bad, 'line')} cannot be taken in by anybody`]),
    `${counted(lines, 'line')} of ${file} read in ${spanText(tookMs)}${nothing}.`,
    ...advice(result, file),
  ].join('\n');
}

type Into = ImportResult['into'][number];

function wouldBe({ context, source, asked }: Into): string {
  return `${nameText(context)}: ${counted(asked, 'message')} from ${nameText(source)}`;
}

function became(each: Into): string {
  const { context, source, taken, known, parked, left, refused, why } = each;
  const parts = [
    `${taken} taken in`,
    ...(known === 0 ? [] : [`${known} known already`]),
    ...(parked === 0 ? [] : [`${parked} PARKED at the border`]),
    ...(refused === 0 ? [] : [`${refused} REFUSED`]),
    ...(left === 0 ? [] : [`${left} left for whoever runs it next`]),
  ];
  const reason = why === null ? '' : `: ${messageText(why)}`;
  return `${nameText(context)}: ${parts.join(', ')}, from ${nameText(source)}${reason}`;
}

function unheardText({ unheard }: ImportResult): readonly string[] {
  const types = Object.entries(unheard);
  if (types.length === 0) return [];
  const sum = types.reduce((total, [, count]) => total + count, 0);
  const named = types.slice(0, TYPES_MAX).map(([type, count]) => `${nameText(type)} ${count}`);
  const more = types.length > TYPES_MAX ? ` and ${types.length - TYPES_MAX} more types` : '';
  return [`${counted(sum, 'message')} that nobody here listens to: ${named.join(', ')}${more}`];
}

function advice({ into, ended, lastLine }: ImportResult, file: string): readonly string[] {
  const some = (which: 'parked' | 'left') => into.some((each) => each[which] > 0);
  return [
    ...(some('parked') ? ['See what was parked, and why, with: thereupon parked list'] : []),
    ...(some('left')
      ? ['Nobody who runs the context has answered: it is taken in when somebody does.']
      : []),
    ...(ended === 'interrupted'
      ? [
          `Interrupted at line ${lastLine}. Import ${file} again to go on from there: what is known ` +
            'already is left out.',
        ]
      : []),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
