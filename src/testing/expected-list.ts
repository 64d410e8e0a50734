import { ExpectationError } from './expectation-error.ts';
import { fieldDifferences } from './field-differences.ts';
import { type Step, listDifference } from './list-difference.ts';

/** How an item of a list is told apart, and what it is called. */
export interface Items<Item> {
  /** Two items of one name that are not the same are one that is other than expected. */
  readonly name: (item: Item) => string;
  /** What else is shown of it. Default: nothing. */
  readonly detail?: (item: Item) => string;
  /** Where one is other than expected. Default: field by field. */
  readonly differences?: (expected: Item, actual: Item) => readonly string[];
}

const LEGEND = '  (- expected, did not come · + came, was not expected · ~ came, but other)';

/**
 * Holds what came to what was expected, item by item and in order.
 *
 * @throws {ExpectationError} that shows the items side by side, and of one that is other its fields.
 */
export function assertList<Item>(
  what: string,
  lists: { readonly expected: readonly Item[]; readonly actual: readonly Item[] },
  items: Items<Item>,
): void {
  const { name, differences = fieldDifferences } = items;
  const isSame = (expected: Item, actual: Item): boolean =>
    name(expected) === name(actual) && differences(expected, actual).length === 0;
  const steps = listDifference(lists.expected, lists.actual, isSame);
  if (steps.every(({ kind }) => kind === 'same')) return;
  throw new ExpectationError(what, [...linesOf(steps, items), LEGEND]);
}

function linesOf<Item>(
  steps: readonly Step<Item, Item>[],
  { name, detail, differences = fieldDifferences }: Items<Item>,
): readonly string[] {
  const lines: string[] = [];
  const paired = new Set<Step<Item, Item>>();
  for (const [index, step] of steps.entries()) {
    if (paired.has(step)) continue;
    if (step.kind === 'same') {
      lines.push(`    ${name(step.expected)}`);
      continue;
    }
    const item = step.kind === 'missing' ? step.expected : step.actual;
    const partner = partnerOf(steps.slice(index + 1), step, name, paired);
    if (partner === undefined) {
      const sign = step.kind === 'missing' ? '-' : '+';
      lines.push(`  ${sign} ${name(item)} ${detail?.(item) ?? ''}`.trimEnd());
      continue;
    }
    paired.add(partner);
    const other = partner.kind === 'unexpected' ? partner.actual : partner.expected;
    const [expected, actual] = step.kind === 'missing' ? [item, other] : [other, item];
    lines.push(`  ~ ${name(item)}`);
    const indent = ' '.repeat(name(item).search(/\S/) + 6);
    lines.push(...differences(expected, actual).map((line) => indent + line));
  }
  return lines;
}

/** What came in the place of it: of the same name, and nothing between them is as expected. */
function partnerOf<Item>(
  later: readonly Step<Item, Item>[],
  step: Step<Item, Item>,
  name: Items<Item>['name'],
  taken: ReadonlySet<Step<Item, Item>>,
): Exclude<Step<Item, Item>, { kind: 'same' }> | undefined {
  const item = step.kind === 'unexpected' ? step.actual : step.expected;
  for (const other of later) {
    if (other.kind === 'same') return undefined;
    if (other.kind === step.kind || taken.has(other)) continue;
    const candidate = other.kind === 'unexpected' ? other.actual : other.expected;
    if (name(candidate) === name(item)) return other;
  }
  return undefined;
}
