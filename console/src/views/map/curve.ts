/** Routes as SVG paths that leave and arrive straight, and bend between. */
import type { Along, Point } from './layout.ts';

export function curveThrough(points: readonly Point[], along: Along): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  let at = first;
  let path = `M ${text(first)}`;
  for (const next of rest) {
    path += ` ${bend(at, next, along)}`;
    at = next;
  }
  return path;
}

function bend(from: Point, to: Point, along: Along): string {
  if (along === 'down') {
    const middle = (from.y + to.y) / 2;
    return `C ${text({ x: from.x, y: middle })} ${text({ x: to.x, y: middle })} ${text(to)}`;
  }
  const middle = (from.x + to.x) / 2;
  return `C ${text({ x: middle, y: from.y })} ${text({ x: middle, y: to.y })} ${text(to)}`;
}

/** The tip of an arrow that ends where the route ends. */
export function arrowAt(points: readonly Point[], along: Along): string {
  const [before, tip] = points.slice(-2) as [Point, Point];
  const [long, wide] = [7, 4];
  if (along === 'down') {
    const back = before.y < tip.y ? -long : long;
    return `M ${text(tip)} l ${-wide} ${back} h ${2 * wide} Z`;
  }
  const back = before.x < tip.x ? -long : long;
  return `M ${text(tip)} l ${back} ${-wide} v ${2 * wide} Z`;
}

function text({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** A route as two: up to where its label is, and on from there. */
export function halves(
  points: readonly Point[],
  label: Point,
): readonly [readonly Point[], readonly Point[]] {
  const distances = points.map(({ x, y }) => Math.hypot(x - label.x, y - label.y));
  const at = distances.indexOf(Math.min(...distances));
  const before = points.slice(0, Math.max(1, at));
  const after = points.slice(Math.min(points.length - 1, at + 1));
  return [
    [...before, label],
    [label, ...after],
  ];
}
