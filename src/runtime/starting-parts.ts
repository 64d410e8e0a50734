import type { AnyAggregate } from '../aggregate/aggregate.ts';
import { type BoundedContext, publishedContracts } from '../context/bounded-context.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import type { Effect } from '../reaction/effect.ts';
import type { Reaction } from '../reaction/whenever.ts';
import type { Source } from '../reaction/source.ts';
import { modelName } from '../read-model/read-model.ts';
import type { Starting } from './start-position.ts';

/** All of a context that begins to read somewhere. */
export function startingParts(context: BoundedContext): readonly Starting[] {
  const own = new Set(publishedContracts(context).map(({ name }) => name));
  const contracts = (sources: readonly (Source | AnyAggregate)[]): string[] =>
    sources.flatMap((source) =>
      source.kind === 'contract' && !own.has(source.name) ? [source.name] : [],
    );
  const begin = (kind: Starting['kind'], part: Reaction | Effect | ProcessManager): Starting => ({
    kind,
    name: part.name,
    startFrom: part.options.startFrom,
    contracts: contracts(part.sources),
  });
  return [
    ...context.reactions.map((part) => begin('reaction', part)),
    ...context.effects.map((part) => begin('effect', part)),
    ...context.processes.map((part) => begin('process', part)),
    ...context.readModels.map((model) => ({
      kind: 'read-model' as const,
      name: modelName(model),
      startFrom: undefined,
      contracts: contracts(model.sources),
    })),
  ];
}
