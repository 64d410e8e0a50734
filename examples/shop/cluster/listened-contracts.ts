/** Which contracts contexts listen to. */
import { contexts } from '../contexts.ts';

/** By their names, of all of these contexts together. */
export function contractsOf(names: readonly string[]): ReadonlySet<string> {
  const listeners = contexts
    .filter(({ name }) => names.includes(name))
    .flatMap(({ reactions, effects, processes, readModels }) => [
      ...reactions,
      ...effects,
      ...processes,
      ...readModels,
    ]);
  const contracts = listeners.flatMap(({ sources }) =>
    sources.flatMap((source) => (source.kind === 'contract' ? [source.name] : [])),
  );
  return new Set(contracts);
}
