import type { SeenFlows } from '../inspection/seen-flows.ts';
import { cutText, nameText } from '../telemetry/safe-text.ts';
import type { CommandMeans } from './command.ts';
import { countedText } from './counted-text.ts';

/** At most so many lines of each kind; all of them with `--json`. */
const LINES_MAX = 50;

/** What the logs say of the map, and how much of them was looked through. */
export function seenText(
  { looked, unseen, undeclared }: SeenFlows,
  { lineWidth, paint }: Pick<CommandMeans, 'lineWidth' | 'paint'>,
): string {
  const records = looked.reduce((sum, one) => sum + one.records, 0);
  const cut = looked.filter(({ isAll }) => !isAll).map(({ context }) => nameText(context));
  const which = cut.length === 0 ? 'all' : 'the newest';
  const where = cut.length === 0 ? '' : `; there are older ones in ${cut.join(', ')}`;
  const lines = (texts: readonly string[]) => [
    ...texts.slice(0, LINES_MAX).map((text) => cutText(`  ${text}`, lineWidth)),
    ...(texts.length > LINES_MAX ? [`  and ${texts.length - LINES_MAX} more: see --json`] : []),
  ];
  const notSeen = [...Map.groupBy(unseen, ({ contract }) => contract)].map(
    ([contract, by]) => `${nameText(contract)}: ${by.map(notSeenBy).join(', ')}`,
  );
  const unknown = undeclared.map(
    ({ context, direction, aggregate, type, count }) =>
      `${nameText(type)}${aggregate === null ? '' : ` of ${nameText(aggregate)}`}: ` +
      `${countedText(count, `${direction} record`)} in ${nameText(context)}`,
  );
  return [
    cutText(`Looked through ${which} ${countedText(records, 'record')}${where}.`, lineWidth),
    ...(notSeen.length === 0 ? [] : [paint('attention', 'Declared, and not seen:')]),
    ...lines(notSeen),
    ...(unknown.length === 0 ? [] : [paint('attention', 'Seen, and not declared:')]),
    ...lines(unknown),
    ...(notSeen.length + unknown.length === 0
      ? ['All that is declared was seen, and no more.']
      : []),
  ].join('\n');
}

function notSeenBy({ context, direction }: SeenFlows['unseen'][number]): string {
  return `not ${direction === 'outgoing' ? 'published' : 'taken in'} by ${nameText(context)}`;
}
