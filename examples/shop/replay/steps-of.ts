/**
 * What of a minute may go in together. Orders may: they are handled in the order of the file, all
 * before anything that one of them causes comes back. What looks at the outcome of something else
 * (a return at orders and other returns, an adjustment at what is not reserved) waits until all
 * before it has settled. Prices concern nobody here and go along with whatever comes first.
 */
import type { Happening } from './happening.ts';

export function stepsOf(happenings: readonly Happening[]): Happening[][] {
  const steps: Happening[][] = [];
  for (const happening of happenings) {
    const last = steps.at(-1);
    if (last !== undefined && mayGoAlong(last, happening)) last.push(happening);
    else steps.push([happening]);
  }
  return steps;
}

function mayGoAlong(step: readonly Happening[], next: Happening): boolean {
  const kinds = new Set(step.map(({ kind }) => kind).filter((kind) => !isAlone(kind)));
  if (isAlone(next.kind)) return true;
  if (kinds.size === 0) return true;
  return next.kind === 'order' && kinds.size === 1 && kinds.has('order');
}

/** Touches nothing that others look at. */
function isAlone(kind: Happening['kind']): boolean {
  return kind === 'price-listing' || kind === 'not-an-order';
}
