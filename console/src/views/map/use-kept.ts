import { useRef } from 'react';

/** The same objects as before wherever they say the same, so that what is memoized stays as it is. */
export function useKept<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  const kept = useRef(new Map<string, { text: string; item: Item }>());
  const next = items.map((item) => {
    const text = JSON.stringify(item);
    const before = kept.current.get(item.id);
    return before?.text === text ? before : { text, item };
  });
  kept.current = new Map(next.map((each) => [each.item.id, each]));
  return next.map(({ item }) => item);
}
