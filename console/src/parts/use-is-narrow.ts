import { type RefObject, useEffect, useState } from 'react';

/** Whether an element is less wide than that. */
export function useIsNarrow(of: RefObject<HTMLElement | null>, width: number): boolean {
  const [isNarrow, setIsNarrow] = useState(false);
  useEffect(() => {
    const element = of.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setIsNarrow(element.clientWidth < width));
    observer.observe(element);
    return () => observer.disconnect();
  }, [of, width]);
  return isNarrow;
}
