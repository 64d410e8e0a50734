/** A moment, as it is written in a log: to the millisecond, in this browser's zone when pointed at. */
export function When({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {at.slice(0, 10)} {at.slice(11, 23)}
    </time>
  );
}

const STEPS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** How long: `43 s`, `2 min 5 s`, `350 ms`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const index = STEPS.findIndex(([step]) => ms >= step);
  const [step, unit] = STEPS[index] as readonly [number, string];
  const whole = Math.floor(ms / step);
  const smaller = STEPS[index + 1];
  const rest = smaller === undefined ? 0 : Math.floor((ms % step) / smaller[0]);
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller?.[1]}`;
}

/** A rate: `0.4/s`, `12/s`, `4,950/s`. */
export function rateText(perSecond: number): string {
  return `${perSecond < 10 ? Number(perSecond.toFixed(1)) : countText(Math.round(perSecond))}/s`;
}

export function countText(count: number): string {
  return count.toLocaleString('en-US');
}
