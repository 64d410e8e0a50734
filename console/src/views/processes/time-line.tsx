import type { TimerAhead } from '../../../../src/inspection/timers-ahead.ts';
import { countText } from '../../parts/times.tsx';

const BINS = 60;
const HEIGHT = 84;
const WIDTH = 900;
/** What is nearer than that is as good as now. */
const NEAR_MS = 10_000;
const HOUR_MS = 3_600_000;
const MARKS: readonly (readonly [number, string])[] = [
  [60_000, '1 min'],
  [600_000, '10 min'],
  [HOUR_MS, '1 h'],
  [6 * HOUR_MS, '6 h'],
  [24 * HOUR_MS, '1 day'],
  [7 * 24 * HOUR_MS, '1 week'],
  [30 * 24 * HOUR_MS, '30 days'],
  [365 * 24 * HOUR_MS, '1 year'],
];

/**
 * What is due when: the near future is drawn larger than the far one, and one beside many is still seen.
 * What is overdue stands before now.
 */
export function TimeLine({ timers }: { readonly timers: readonly TimerAhead[] }) {
  const ahead = timers.flatMap(({ dueInMs }) => (dueInMs === null ? [] : [dueInMs]));
  const overdue = ahead.filter((ms) => ms < 0).length;
  const far = Math.max(HOUR_MS, ...ahead) * 1.15;
  const placeOf = (ms: number): number => Math.log(1 + ms / NEAR_MS) / Math.log(1 + far / NEAR_MS);
  const counts = Array.from({ length: BINS }, () => 0);
  for (const ms of ahead.filter((each) => each >= 0)) {
    const bin = Math.min(BINS - 1, Math.floor(placeOf(ms) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const most = Math.max(overdue, ...counts, 1);
  // The first bin is what is overdue.
  const step = 100 / (BINS + 2);
  const left = (place: number): string => `${2 * step + place * (100 - 2 * step)}%`;
  return (
    <figure
      className="time-line"
      role="img"
      aria-label={`${overdue} overdue, ${countText(ahead.length - overdue)} due later`}
    >
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {[overdue, 0, ...counts].map((count, bin) => {
          const height = count === 0 ? 0 : Math.max(4, Math.sqrt(count / most) * (HEIGHT - 8));
          const width = WIDTH / (BINS + 2);
          return (
            <rect
              key={bin}
              className={bin === 0 ? 'is-overdue' : undefined}
              x={bin * width + 1}
              y={HEIGHT - height}
              width={width - 2}
              height={height}
            />
          );
        })}
      </svg>
      <div className="time-axis" aria-hidden="true">
        <span className="time-now" style={{ left: left(0) }}>
          now
        </span>
        {MARKS.filter(([ms]) => ms <= far).map(([ms, label]) => (
          <span
            key={label}
            // Nothing stands out on the right.
            className={placeOf(ms) > 0.85 ? 'is-last' : undefined}
            style={{ left: left(placeOf(ms)) }}
          >
            {label}
          </span>
        ))}
      </div>
    </figure>
  );
}
