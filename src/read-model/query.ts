/**
 * How a read model is asked: by key, or by its indexed fields. Nothing else, so that no query
 * becomes slow by growing data.
 *
 * @example
 * const placed = await app.read(orderBook).find({ where: { status: 'placed' }, limit: 10 });
 */
export interface Query<Document extends object> {
  /**
   * One document, or undefined.
   *
   * @throws {StaleReadError} when the read model did not come as far as `after` in time, be it that
   *   a record is still tried again.
   * @throws {HeldReadError} when what `after` stands for waits for a parked record.
   * @throws {TokenOutOfReachError} when `after` is of a context that this one does not listen to.
   */
  get(key: string, options?: ReadOptions): Promise<Document | undefined>;
  /**
   * Documents by their indexed fields.
   *
   * @throws {StaleReadError} as `get` does.
   * @throws {HeldReadError} when any record up to `after` is parked for this read model, or waits
   *   behind one that is: nobody can tell whether its documents are among those asked for.
   * @throws {TokenOutOfReachError} when `after` is of a context that this one does not listen to.
   * @throws {UnindexedFieldError} for a field that is not in the read model's `index`.
   */
  find(query?: FindQuery<Document> & ReadOptions): Promise<readonly Document[]>;
  /** How many documents there are. */
  count(where?: Where<Document>): Promise<number>;
}

export interface ReadOptions {
  /**
   * A token of `handle`: the answer shows at least what it did. One of another context counts up to
   * what this context has taken in of it.
   */
  readonly after?: string;
  /** How long to wait for that, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number;
}

export interface FindQuery<Document extends object> {
  readonly where?: Where<Document>;
  /** Default: by key. */
  readonly orderBy?: { readonly [F in keyof Document & string]?: 'ascending' | 'descending' };
  /** Default 100, at most 10,000. */
  readonly limit?: number;
}

/** All of these must hold: `{ status: 'placed', totalPence: { atLeast: 1000 } }`. */
export type Where<Document extends object> = {
  readonly [F in keyof Document & string]?: Document[F] | Condition<Document[F]>;
};

export interface Condition<Value> {
  readonly in?: readonly Value[];
  readonly above?: Value;
  readonly atLeast?: Value;
  readonly below?: Value;
  readonly atMost?: Value;
}
