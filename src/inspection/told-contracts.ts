import type { AnyContract } from '../contract/contract.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import type { FlowSubscription } from './flow-graph.ts';
import { contractsOf, publishersOf, subscriptionsTo } from './flows.ts';

/** A contract, for whoever wants to know what may be told between contexts. */
export interface ToldContract {
  readonly name: string;
  readonly version: number;
  readonly documentation: string;
  readonly origin: 'ours' | 'external';
  /** Top-level fields that tell something of a person. */
  readonly personal: readonly string[];
  /** The versions that are brought up to this one, the oldest first. */
  readonly olderVersions: readonly number[];
  /** As JSON Schema; null when its library cannot say it so. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  /** Which library the schema is written with. */
  readonly vendor: string;
  readonly publishers: readonly { readonly kind: 'context' | 'external'; readonly name: string }[];
  readonly consumers: readonly ContractConsumer[];
}

export interface ContractConsumer {
  readonly context: string;
  readonly subscriptions: readonly FlowSubscription[];
}

/** All contracts of a configuration, in the order of its contexts. */
export function toldContracts({ contexts }: ThereuponConfig): readonly ToldContract[] {
  return contractsOf(contexts).map((contract) => ({
    name: contract.name,
    version: contract.version,
    documentation: contract.documentation,
    origin: contract.origin,
    personal: contract.personal,
    olderVersions: (contract.upcasters?.steps ?? []).map((_, index) => index + 1),
    schema: jsonSchemaOf(contract),
    vendor: contract.schema['~standard'].vendor,
    publishers: publishersOf(contract, contexts),
    consumers: contexts
      .map((context) => ({
        context: context.name,
        subscriptions: subscriptionsTo(contract, context),
      }))
      .filter(({ subscriptions }) => subscriptions.length > 0),
  }));
}

/** Not all libraries can (https://standardschema.dev/json-schema), nor can all schemas be said so. */
function jsonSchemaOf({ schema }: AnyContract): Readonly<Record<string, unknown>> | null {
  const standard = schema['~standard'] as { readonly jsonSchema?: JsonSchemaSource };
  try {
    return standard.jsonSchema?.output({ target: 'draft-2020-12' }) ?? null;
  } catch {
    // It has a part that JSON Schema has no word for: the console says that there is none.
    return null;
  }
}

interface JsonSchemaSource {
  readonly output: (options: { readonly target: string }) => Record<string, unknown>;
}
