import type { ParkedGroup, ParkedRecord } from '../../../../src/inspection/parked-groups.ts';
import { hrefTo } from '../../route.ts';

/** One parked record, as something may be done about it. */
export interface Target {
  readonly context: string;
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
  /** How many records wait behind its key. */
  readonly heldBehind: number;
}

export function targetOf(
  { context, subscription }: Pick<ParkedGroup, 'context' | 'subscription'>,
  { key, recordId, heldBehind }: Pick<ParkedRecord, 'key' | 'recordId' | 'heldBehind'>,
): Target {
  return { context, subscription, key, recordId, heldBehind };
}

/** A record may be parked in several subscriptions, and for several keys of one. */
export function nameOf({ context, subscription, key, recordId }: Target): string {
  return JSON.stringify([context, subscription, key, recordId]);
}

/** The lane of a key: what is parked in it holds back what comes later. */
export function laneOf({ context, subscription, key }: Target): string {
  return JSON.stringify([context, subscription, key]);
}

export function pageOf({ context, subscription, key, recordId }: Target): string {
  return hrefTo('parked', [recordId], { context, subscription, key });
}

/** How many wait behind some of them: what is held behind a key is held once. */
export function heldBehindAll(targets: readonly Target[]): number {
  const byLane = new Map(targets.map((target) => [laneOf(target), target.heldBehind]));
  return [...byLane.values()].reduce((sum, held) => sum + held, 0);
}
