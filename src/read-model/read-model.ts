import type { Aggregate, AnyAggregate } from '../aggregate/aggregate.ts';
import type { AnyContract, EventOf } from '../contract/contract.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import type { Jsonable } from '../message/json.ts';

/**
 * Documents derived from events: a pure fold by key, rebuildable, never with side effects.
 * `name@version` is a subscription and a table of its own, so that a new version is built beside
 * the one before.
 *
 * @example
 * const book: ReadModel<{ orderId: string; status: string }> = orderBook;
 */
// oxlint-disable-next-line no-explicit-any -- its events matter only to who tests it
export interface ReadModel<Document extends object = object, Event extends Fact = any> {
  readonly kind: 'read-model';
  readonly name: string;
  readonly version: number;
  readonly sources: readonly (AnyAggregate | AnyContract)[];
  // oxlint-disable-next-line no-explicit-any -- the events' types are known where it was written
  readonly by: (event: any) => string | readonly string[] | undefined;
  readonly evolve: Readonly<Record<string, Evolve | undefined>>;
  readonly index: readonly string[];
  readonly inline: boolean;
  readonly '~document'?: Document;
  readonly '~event'?: Event;
}

// oxlint-disable-next-line no-explicit-any -- as above
type Evolve = (document: any, event: any, key: string) => any;

// oxlint-disable-next-line no-explicit-any -- any document
export type AnyReadModel = ReadModel<any>;

/**
 * Names a document's type where it cannot be inferred.
 *
 * @example
 * const document = type<{ orderId: string; status: string }>();
 */
export function type<T>(): TypeOf<T> {
  return {};
}

export interface TypeOf<T> {
  readonly '~type'?: T;
}

/**
 * Defines a read model. `evolve` answers with the new document, or with undefined for none (which
 * deletes it); it must not change the one it was given.
 *
 * @example
 * const orderBook = readModel({
 *   name: 'order-book', version: 1, document: type<{ id: string; status: string }>(), from: [order],
 *   by: (event) => event.data.orderId,
 *   evolve: {
 *     OrderPlaced: (_, event) => ({ id: event.data.orderId, status: 'placed' }),
 *     OrderConfirmed: (document) => document && { ...document, status: 'confirmed' },
 *   },
 *   index: ['status'],
 * });
 */
export function readModel<
  Document extends object,
  // oxlint-disable-next-line no-explicit-any -- any aggregate or contract
  const Sources extends readonly (Aggregate<string, any, any, any> | AnyContract)[],
>(
  definition: {
    readonly name: string;
    /** One more whenever `by`, `evolve` or the document's shape changes. */
    readonly version: number;
    readonly document: TypeOf<Document>;
    readonly from: Sources;
    /** The document's key; several keys for several documents, undefined for none. */
    readonly by: (event: EventsOf<Sources[number]>) => string | readonly string[] | undefined;
    readonly evolve: NoInfer<{
      readonly [T in keyof ByType<EventsOf<Sources[number]>>]?: Fold<
        Document,
        ByType<EventsOf<Sources[number]>>[T]
      >;
    }>;
    /** Fields that `find` may ask for and order by. */
    readonly index?: readonly (keyof NoInfer<Document> & string)[];
    /** Folded in the same write set as its own context's aggregates: never behind. */
    readonly inline?: boolean;
  } & JsonDocument<Document>,
): ReadModel<Document, FactsOf<Sources[number]>> {
  return {
    kind: 'read-model',
    name: definition.name,
    version: definition.version,
    sources: definition.from,
    by: definition.by,
    evolve: definition.evolve as ReadModel['evolve'],
    index: definition.index ?? [],
    inline: definition.inline ?? false,
  };
}

/** What names a read model's documents and its checkpoint. */
export function modelName(model: AnyReadModel): string {
  return `${model.name}@${model.version}`;
}

/** The facts that an aggregate or a contract brings. */
export type FactsOf<S> =
  // oxlint-disable-next-line no-explicit-any -- only the events matter
  S extends Aggregate<string, any, any, infer Event>
    ? Event
    : S extends AnyContract
      ? EventOf<S>
      : never;
/** The same, as the log keeps them. */
export type EventsOf<S> = Recorded<FactsOf<S>>;
type ByType<Event extends Fact> = { [E in Event as E['type']]: E };

// All of it in one NoInfer, so that a literal in what a fold answers is checked, not widened.
type Fold<Document, Event> = (
  document: Document | undefined,
  event: Event,
  key: string,
) => Document | undefined;
type JsonDocument<Document> =
  Document extends Jsonable<Document> ? unknown : { readonly document: Jsonable<Document> };
