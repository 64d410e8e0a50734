/** Middles whose lengths multiply to more than this are not aligned, but shown one after the other. */
const CELLS_MAX = 4_000_000;

/** What became of one item of two lists. */
export type Step<Expected, Actual> =
  | { readonly kind: 'same'; readonly expected: Expected; readonly actual: Actual }
  | { readonly kind: 'missing'; readonly expected: Expected }
  | { readonly kind: 'unexpected'; readonly actual: Actual };

/** The fewest steps from one list to another: what is in both, in its order, stays. */
export function listDifference<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  isSame: (expected: Expected, actual: Actual) => boolean,
): readonly Step<Expected, Actual>[] {
  const shorter = Math.min(expected.length, actual.length);
  let begin = 0;
  while (begin < shorter && isSame(expected[begin] as Expected, actual[begin] as Actual))
    begin += 1;
  const same = expected.slice(0, begin).map((item, index) => ({
    kind: 'same' as const,
    expected: item,
    actual: actual[index] as Actual,
  }));
  return [...same, ...aligned(expected.slice(begin), actual.slice(begin), isSame)];
}

function aligned<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  isSame: (expected: Expected, actual: Actual) => boolean,
): readonly Step<Expected, Actual>[] {
  const missing = expected.map((item) => ({ kind: 'missing' as const, expected: item }));
  const unexpected = actual.map((item) => ({ kind: 'unexpected' as const, actual: item }));
  if (expected.length * actual.length > CELLS_MAX) return [...missing, ...unexpected];
  const common = commonLengths(expected, actual, isSame);
  const steps: Step<Expected, Actual>[] = [];
  let row = 0;
  let column = 0;
  while (row < expected.length && column < actual.length) {
    const [here, below] = [common[row], common[row + 1]] as [Uint32Array, Uint32Array];
    const [wanted, came] = [expected[row] as Expected, actual[column] as Actual];
    if (isSame(wanted, came)) {
      steps.push({ kind: 'same', expected: wanted, actual: came });
      row += 1;
      column += 1;
    } else if ((below[column] as number) >= (here[column + 1] as number)) {
      steps.push(missing[row] as Step<Expected, Actual>);
      row += 1;
    } else {
      steps.push(unexpected[column] as Step<Expected, Actual>);
      column += 1;
    }
  }
  return [...steps, ...missing.slice(row), ...unexpected.slice(column)];
}

/** For each place in both lists, how many items what follows there has in common. */
function commonLengths<Expected, Actual>(
  expected: readonly Expected[],
  actual: readonly Actual[],
  isSame: (expected: Expected, actual: Actual) => boolean,
): readonly Uint32Array[] {
  const rows = Array.from(
    { length: expected.length + 1 },
    () => new Uint32Array(actual.length + 1),
  );
  for (let row = expected.length - 1; row >= 0; row -= 1) {
    const [here, below] = [rows[row], rows[row + 1]] as [Uint32Array, Uint32Array];
    for (let column = actual.length - 1; column >= 0; column -= 1)
      here[column] = isSame(expected[row] as Expected, actual[column] as Actual)
        ? (below[column + 1] as number) + 1
        : Math.max(below[column] as number, here[column + 1] as number);
  }
  return rows;
}
