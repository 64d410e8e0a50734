import type { Member } from '../log/membership.ts';
import { SLOTS } from './slot.ts';

/** A part of what a context does, which can be done by several processes. */
export interface SharedPart {
  readonly name: string;
  /** What its keys are dealt by. */
  readonly fingerprint: string;
  /** Whether one process does all of it. */
  readonly isWhole: boolean;
}

/** Slots, both included. */
export interface Slots {
  readonly first: number;
  readonly last: number;
}

/**
 * Which slots of a part are a member's: everybody works it out alike from who there is. The members
 * that know a part share its slots in the order of their coming; a part that only one can do is
 * done by whoever has the slot of its name. Where members deal keys otherwise, those count that
 * deal like the one that came last: that is the newer release.
 */
export function slotsOf(
  part: Pick<SharedPart, 'name' | 'isWhole'> & { readonly slot: number },
  member: string,
  members: readonly Member[],
): Slots | undefined {
  const slots = sharedOut(member, ableTo(part.name, members));
  if (slots === undefined || !part.isWhole) return slots;
  return part.slot >= slots.first && part.slot <= slots.last
    ? { first: 0, last: SLOTS - 1 }
    : undefined;
}

/**
 * Which slots of a part are a member's among those that deal its keys as it does, though others came
 * later that deal them otherwise. While the ranges of that deal do not stand at one position nobody
 * else can go on with them: who is left takes up what one that died has left behind.
 */
export function slotsAsBefore(
  { name, fingerprint }: Pick<SharedPart, 'name' | 'fingerprint'>,
  member: string,
  members: readonly Member[],
): Slots | undefined {
  const alike = members.filter(({ knows }) => knows[name] === fingerprint);
  return sharedOut(member, alike);
}

/**
 * Whether members that came later deal the keys of a part otherwise: then they do it, as soon as all
 * of its ranges stand at one position.
 */
export function isDealtOtherwise(
  part: Pick<SharedPart, 'name' | 'fingerprint'>,
  members: readonly Member[],
): boolean {
  const newest = ableTo(part.name, members).at(-1)?.knows[part.name];
  return newest !== undefined && newest !== part.fingerprint;
}

/** Whether another member still works on some of these slots. */
export function isHeldByOthers(
  name: string,
  slots: Slots,
  others: readonly Pick<Member, 'holds'>[],
): boolean {
  return others.some(({ holds }) => {
    const held = holds[name];
    return held !== undefined && held[0] <= slots.last && held[1] >= slots.first;
  });
}

/** Whether together they are all slots. */
export function areAllSlots(parts: readonly Slots[]): boolean {
  let next = 0;
  for (const { first, last } of parts.toSorted((a, b) => a.first - b.first)) {
    if (first > next) return false;
    next = Math.max(next, last + 1);
  }
  return next === SLOTS;
}

function sharedOut(member: string, members: readonly Member[]): Slots | undefined {
  const place = members.findIndex(({ id }) => id === member);
  if (place === -1) return undefined;
  const slots = share(place, members.length);
  // More members than slots: those that came last have none.
  return slots.last < slots.first ? undefined : slots;
}

function share(place: number, of: number): Slots {
  const bound = (index: number): number => Math.floor((index * SLOTS) / of);
  return { first: bound(place), last: bound(place + 1) - 1 };
}

function ableTo(name: string, members: readonly Member[]): readonly Member[] {
  const knowing = members.filter(({ knows }) => Object.hasOwn(knows, name));
  const newest = knowing.at(-1)?.knows[name];
  return knowing.filter(({ knows }) => knows[name] === newest);
}
