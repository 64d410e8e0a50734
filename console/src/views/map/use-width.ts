import { type RefCallback, useCallback, useState } from 'react';

/** How wide something is; 0 until it is drawn. */
export function useWidth(): readonly [RefCallback<HTMLElement>, number] {
  const [width, setWidth] = useState(0);
  const measure = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth / 10) * 10));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [measure, width];
}
