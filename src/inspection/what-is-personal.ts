import type { Vocabulary } from '../context/vocabulary.ts';

/** The same language, with nothing in it said to be personal: for whoever may see all. */
export function nothingPersonal({ context, aggregates, contracts }: Vocabulary): Vocabulary {
  return {
    context,
    aggregates: new Map(
      [...aggregates].map(([name, aggregate]) => [name, { ...aggregate, personal: {} }]),
    ),
    contracts: new Map(
      [...contracts].map(([name, contract]) => [name, { ...contract, personal: [] }]),
    ),
  };
}
