/** The simulations of this project, by name. */
const NAMED: Readonly<Record<string, string>> = {
  shop: '../../examples/shop/simulation/simulation.ts',
  lines: '../../src/testing/simulator/fixtures/numbered-lines.ts',
  library: '../../examples/library/simulation.ts',
  charging: '../../src/testing/simulator/fixtures/charging-shop.ts',
};

/** Their addresses. */
export const simulations: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NAMED).map(([name, file]) => [name, new URL(file, import.meta.url).href]),
);

/** @throws {RangeError} when there is none of that name. */
export function moduleOf(name: string): string {
  const module = simulations[name];
  if (module !== undefined) return module;
  throw new RangeError(`There is no simulation "${name}".`);
}
