/** What a parked record is to be handled with in place of its own data. */
export interface EditAsked {
  /** JSON, in the current version of what it is. */
  readonly data: unknown;
}
