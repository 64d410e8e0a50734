import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../../../context/bounded-context.ts';
import type { AnyContract } from '../../../contract/contract.ts';

/** All that contexts publish and listen to. */
export function contractsOf(contexts: readonly BoundedContext[]): readonly AnyContract[] {
  return [
    ...new Set(
      contexts.flatMap((each) => [...publishedContracts(each), ...consumedContracts(each)]),
    ),
  ];
}
