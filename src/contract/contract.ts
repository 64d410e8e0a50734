import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Fact } from '../message/fact.ts';
import type { Jsonable } from '../message/json.ts';
import type { Upcasters } from '../message/upcasting.ts';

/**
 * All that another context may know of an integration event: its name, version, schema, key,
 * documentation and personal data. One definition gives the type, the check at run time and the
 * documentation.
 *
 * @example
 * const { name, version, personal } = OrderPlaced;
 */
export interface Contract<Name extends string = string, Data = unknown> {
  readonly kind: 'contract';
  readonly name: Name;
  readonly version: number;
  readonly schema: StandardSchemaV1<Data, Data>;
  readonly key: (data: Data) => string;
  readonly upcasters: Upcasters<unknown> | undefined;
  readonly personal: readonly string[];
  readonly documentation: string;
  readonly origin: 'ours' | 'external';
}

/** Any contract, where its data does not matter. */
// oxlint-disable-next-line no-explicit-any -- a contract's data is used in both directions
export type AnyContract = Contract<string, any>;

/**
 * The integration event that a contract describes.
 *
 * @example
 * const placed: EventOf<typeof OrderPlaced> = { type: 'ordering.OrderPlaced', data };
 */
export type EventOf<C> = C extends Contract<infer Name, infer Data> ? Fact<Name, Data> : never;

export interface ContractOptions<Data> {
  /** 1 for the first; one more than there are upcaster steps. */
  readonly version: number;
  /** Any Standard Schema library's schema. It must neither transform nor wait. */
  readonly schema: StandardSchemaV1<Data, Data>;
  /** What must stay in order: messages of one key are handled one after the other. */
  readonly key: (data: NoInfer<Data>) => string;
  /** From the oldest version still about to the current one. Default: none. */
  readonly upcasters?: Upcasters<NoInfer<Data>>;
  /** Top-level fields that tell something of a person: masked in logs and traces. */
  readonly personal?: readonly (keyof NoInfer<Data> & string)[];
  /** A sentence for those who consume it. */
  readonly documentation?: string;
  /** `external` when a system that is not ours publishes it. Default `ours`. */
  readonly origin?: 'ours' | 'external';
}

/**
 * Describes an integration event. Name it after its context and what happened.
 *
 * @throws {ContractDefinitionError} when the version and the upcasters do not fit each other, or
 *   the name or schema is missing.
 * @example
 * const OrderPlaced = contract('ordering.OrderPlaced', {
 *   version: 1,
 *   schema: z.object({ orderId: z.string(), totalPence: z.number().int() }),
 *   key: (data) => data.orderId,
 * });
 */
export function contract<const Name extends string, Data>(
  name: Name,
  options: ContractOptions<Data> & JsonData<Data>,
): Contract<Name, Data> {
  assertDefinition(name, options);
  return {
    kind: 'contract',
    name,
    version: options.version,
    schema: options.schema,
    key: options.key,
    upcasters: options.upcasters,
    personal: options.personal ?? [],
    documentation: options.documentation ?? '',
    origin: options.origin ?? 'ours',
  };
}

/** Fails to compile, naming the field, when data is not JSON. */
type JsonData<Data> = Data extends Jsonable<Data> ? unknown : { readonly schema: Jsonable<Data> };

function assertDefinition<Data>(name: string, options: ContractOptions<Data>): void {
  if (name.trim() === '')
    throw new ContractDefinitionError(name, 'has no name; name what happened');
  if (typeof options.key !== 'function')
    throw new ContractDefinitionError(name, 'has no key; add key: (data) => data.…');
  if (typeof options.schema?.['~standard']?.validate !== 'function')
    throw new ContractDefinitionError(
      name,
      'has a schema that is no Standard Schema; use zod 4, valibot 1, arktype 2 …',
    );
  const gap = options.upcasters?.steps.findIndex((step) => typeof step !== 'function') ?? -1;
  if (gap !== -1)
    throw new ContractDefinitionError(
      name,
      `has no upcaster step from version ${gap + 1} to ${gap + 2}; build the chain with upcasting().to(…)`,
    );
  const steps = options.upcasters?.steps.length ?? 0;
  if (!Number.isSafeInteger(options.version) || options.version < 1)
    throw new ContractDefinitionError(name, `has version ${options.version}; use 1, 2, 3 …`);
  if (options.version !== steps + 1)
    throw new ContractDefinitionError(
      name,
      `is at version ${options.version} with ${steps} upcaster steps; it needs ${options.version - 1}`,
    );
}

/** A contract is not well defined. Thrown where it is written, before anything runs. */
export class ContractDefinitionError extends Error {
  override readonly name = 'ContractDefinitionError';
  readonly code = 'contract-definition';
  readonly retryable = false;
  readonly contract: string;

  constructor(contractName: string, problem: string) {
    super(`Contract ${JSON.stringify(contractName)} ${problem}.`);
    this.contract = contractName;
  }
}
