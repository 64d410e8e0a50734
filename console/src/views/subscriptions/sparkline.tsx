import type { Point } from './reader-history.ts';

const WIDTH = 110;
const HEIGHT = 24;
/** What it is drawn over: as long as is watched. */
const OVER_MS = 300_000;

/** How far behind a reader was over the last five minutes, as a line. */
export function Sparkline({ points }: { readonly points: readonly Point[] }) {
  const known = points.filter(({ behind }) => behind !== null);
  const last = known.at(-1);
  if (last === undefined) return <span className="sparkline" />;
  const most = Math.max(1, ...known.map(({ behind }) => behind ?? 0));
  const from = last.atMs - OVER_MS;
  const line = known.map(({ atMs, behind }) => {
    const x = ((atMs - from) / OVER_MS) * WIDTH;
    const y = HEIGHT - 2 - ((behind ?? 0) / most) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const words = `behind by at most ${most === 1 && last.behind === 0 ? 'one' : most} in the last five minutes`;
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={words}
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT - 1.5} y2={HEIGHT - 1.5} className="base" />
      <polyline points={line.join(' ')} />
    </svg>
  );
}
