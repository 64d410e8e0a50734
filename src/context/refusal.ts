/**
 * What a refusal is: an error of the domain's own, thrown by `decide` on purpose. Nothing is
 * appended, and trying again does not help.
 *
 * What the language throws at a mistake in the model (`undefined` has no field, a call goes too
 * deep) is none, and neither is an assertion that does not hold: taken for a refusal, a bug would
 * be ignored wherever refusals are. It is a failure like any other. A class of the domain's own
 * that extends one of these is a refusal: somebody meant it.
 */
export function isRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return true;
  if ((thrown as { code?: unknown }).code === 'ERR_ASSERTION') return false;
  return !MISTAKES.has(thrown.constructor);
}

const MISTAKES: ReadonlySet<unknown> = new Set([
  TypeError,
  RangeError,
  ReferenceError,
  SyntaxError,
  EvalError,
  URIError,
]);
