import { useEffect, useState } from 'react';
import { When, spanText } from '../../parts/times.tsx';

/** Since when nothing is heard, so that nobody takes old numbers for new ones. */
export function HeardLast({ at }: { readonly at: string | undefined }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (at === undefined) return <p className="map-note">Nothing was heard yet.</p>;
  return (
    <p className="map-note">
      Nothing is heard since <When at={at} />, {spanText(Math.max(1_000, now - Date.parse(at)))}{' '}
      ago. What is shown is from then.
    </p>
  );
}
