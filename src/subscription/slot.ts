/** Keys are dealt to so many virtual slots; processes own ranges of them. */
export const SLOTS = 256;

/** The slot of a key: FNV-1a over its UTF-16 code units, folded to 8 bits. Never changes. */
export function slotOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash ^= key.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return ((hash >>> 8) ^ hash) & 0xff;
}

/**
 * What a dealing is made by, as text: when it changes, keys may go to other slots, so all ranges
 * must meet before the new dealing begins. FNV-1a over the key function's own text.
 */
export function fingerprintOf(by: ((...args: never) => unknown) | undefined): string {
  if (by === undefined) return 'default';
  let hash = 0x811c9dc5;
  for (const unit of by.toString()) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}
