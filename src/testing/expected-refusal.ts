import { ExpectationError } from './expectation-error.ts';
import { fieldDifferences, shown } from './field-differences.ts';

/**
 * What may be asked of a refusal: its class, a pattern of its name and message, or some of its
 * fields, each a value or a pattern.
 */
export type ExpectedRefusal = ErrorClass | RegExp | Readonly<Record<string, unknown>>;

// oxlint-disable-next-line no-explicit-any -- whatever it is made with
type ErrorClass = new (...parts: any) => Error;

/** @throws {ExpectationError} unless a refusal is as expected. */
export function assertRefusal(
  asked: string,
  refusal: unknown,
  expected: ExpectedRefusal | undefined,
): void {
  if (expected === undefined) return;
  const problems = problemsOf(refusal, expected).map((line) => `  ${line}`);
  if (problems.length === 0) return;
  throw new ExpectationError(`${asked} was refused otherwise than expected.`, problems, refusal);
}

function problemsOf(refusal: unknown, expected: ExpectedRefusal): readonly string[] {
  const { name, message } =
    refusal instanceof Error ? refusal : { name: 'thrown', message: String(refusal) };
  const was = `${name}: ${message}`;
  if (typeof expected === 'function')
    return refusal instanceof expected ? [] : [`expected: ${expected.name}`, `was: ${was}`];
  if (expected instanceof RegExp)
    return was.search(expected) !== -1 ? [] : [`expected: ${expected}`, `was: ${was}`];
  const different = Object.entries(expected).flatMap(([field, wanted]) =>
    fieldProblems(field, wanted, fieldOf(refusal, field)),
  );
  return different.length === 0 ? [] : [...different, `was: ${was}`];
}

function fieldProblems(field: string, expected: unknown, actual: unknown): readonly string[] {
  if (!(expected instanceof RegExp))
    return fieldDifferences({ [field]: expected }, { [field]: actual });
  if (typeof actual === 'string' && actual.search(expected) !== -1) return [];
  return [`${field}: expected ${expected}, was ${shown(actual)}`];
}

// `name` and `message` are no properties of the error itself.
function fieldOf(refusal: unknown, field: string): unknown {
  return typeof refusal === 'object' && refusal !== null
    ? (refusal as Readonly<Record<string, unknown>>)[field]
    : undefined;
}
