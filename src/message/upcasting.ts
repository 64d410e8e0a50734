/**
 * How old data becomes current data: one step a version, version 1 first. The chain's type is what
 * its last step returns, so a chain that does not end in the current type does not compile where
 * it is used.
 */
export interface Upcasters<Current> {
  /** `steps[0]` makes version 2 out of version 1, and so on. */
  readonly steps: readonly Upcaster[];
  readonly '~current'?: Current;
}

export interface UpcasterChain<Latest> extends Upcasters<Latest> {
  /** Adds the step to the next version. It must be pure, and answer with JSON. */
  to<Next>(step: (data: Latest) => Next): UpcasterChain<Next>;
}

type Upcaster = (data: unknown) => unknown;

/**
 * Begins a chain at the oldest version that may still be found.
 *
 * @example
 * type V1 = { total: number };
 * type V2 = { totalPence: number };
 * const history = upcasting<V1>().to((data): V2 => ({ totalPence: data.total * 100 }));
 */
export function upcasting<First>(): UpcasterChain<First> {
  return chain([]);
}

function chain<Latest>(steps: readonly Upcaster[]): UpcasterChain<Latest> {
  return { steps, to: (step) => chain([...steps, step as Upcaster]) };
}

/** The version that a chain ends in: 1 when there is none. */
export function currentVersion(upcasters: Upcasters<unknown> | undefined): number {
  return (upcasters?.steps.length ?? 0) + 1;
}

/** Applies the steps from a record's version up to the current one. */
export function upcast(
  upcasters: Upcasters<unknown> | undefined,
  data: unknown,
  fromVersion: number,
): unknown {
  let current = data;
  for (const step of upcasters?.steps.slice(fromVersion - 1) ?? []) current = step(current);
  return current;
}
