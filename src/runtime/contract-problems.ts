import type { AnyContract } from '../contract/contract.ts';
import { unknownPersonalFields } from '../contract/personal-fields.ts';
import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../context/bounded-context.ts';
import { nameProblems } from './name-problems.ts';

/** What is wrong between contexts: who publishes what, who listens to it, and what it says. */
export function contractProblems(contexts: readonly BoundedContext[]): string[] {
  const publishers = new Map<string, string[]>();
  const definitions = new Map<string, Set<AnyContract>>();
  for (const context of contexts) {
    for (const contract of publishedContracts(context)) {
      publishers.set(contract.name, [...(publishers.get(contract.name) ?? []), context.name]);
      define(definitions, contract);
    }
    for (const contract of consumedContracts(context)) define(definitions, contract);
  }
  const consumed = contexts.flatMap((context) =>
    consumedContracts(context).map((contract) => ({ context: context.name, contract })),
  );
  return [
    ...[...publishers]
      .filter(([, names]) => names.length > 1)
      .map(
        ([name, names]) =>
          `contract "${name}" is published by ${names.map((n) => `"${n}"`).join(' and ')}; one ` +
          `context owns a fact, let the others publish a fact of their own`,
      ),
    ...consumed
      .filter(({ contract }) => contract.origin === 'ours' && !publishers.has(contract.name))
      .map(
        ({ context, contract }) =>
          `"${context}" listens to "${contract.name}", which no context publishes; publish it, or ` +
          `say origin: 'external' in the contract`,
      ),
    ...[...definitions.keys()].flatMap((name) => nameProblems('a contract', name)),
    ...[...definitions.values()].flatMap(([contract]) =>
      contract === undefined ? [] : personalProblems(contract),
    ),
    ...[...definitions]
      .filter(([, contracts]) => contracts.size > 1)
      .map(([name]) => `contract "${name}" is defined more than once; import the one definition`),
  ];
}

function define(definitions: Map<string, Set<AnyContract>>, contract: AnyContract): void {
  definitions.set(contract.name, (definitions.get(contract.name) ?? new Set()).add(contract));
}

function personalProblems(contract: AnyContract): string[] {
  return unknownPersonalFields(contract).map(
    (field) =>
      `contract "${contract.name}" lists "${field}" under "personal", which its schema does not ` +
      `have; name a top-level field, or it is masked nowhere`,
  );
}
