/**
 * What somebody may do at the console: a `viewer` looks, an `operator` also acts: pauses, redrives,
 * discards, rebuilds.
 */
export type Role = 'viewer' | 'operator';

/**
 * Somebody who looks at the console.
 *
 * @example
 * const visitor: Visitor = { name: 'ada', role: 'operator' };
 */
export interface Visitor {
  /** Goes into the audit trail with whatever they do. */
  readonly name: string;
  readonly role: Role;
  /** Fields that contracts and aggregates list as personal are shown. Default: they are masked. */
  readonly seesPersonal?: boolean;
}
