import { spanText } from '../../parts/times.tsx';

/** How time is drawn: by its length, or each moment one step after the one before. */
export type ScaleKind = 'scale' | 'order';

/** From moments, in milliseconds since 1970, to places from 0 to 1. */
export interface TimeScale {
  readonly at: (moment: number) => number;
  readonly ticks: readonly Tick[];
  /** Where a long time in which nothing happened is drawn short. */
  readonly breaks: readonly {
    readonly from: number;
    readonly to: number;
    readonly label: string;
  }[];
}

export interface Tick {
  readonly at: number;
  /** Empty where there is no room for it. */
  readonly label: string;
  /** The label stands before the tick: there is no room behind it. */
  readonly isBefore: boolean;
}

/** A gap is drawn short when it is more than this part of all that is not drawn short yet. */
const LONG_PART = 0.85;
/** So wide is each break, as long as there are not too many of them. */
const BREAK_WIDTH = 0.12;
const BREAKS_WIDTH_MAX = 0.48;
const TICKS_MAX = 6;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365].map((count) => count * DAY),
];

/** `labelWidth` is the part of the axis that a label takes. */
export function timeScale(
  moments: readonly number[],
  kind: ScaleKind,
  labelWidth: number,
): TimeScale {
  const sorted = [...new Set(moments)].toSorted((a, b) => a - b);
  const { ticks, ...scale } = kind === 'order' ? inOrder(sorted) : toScale(sorted);
  return { ...scale, ticks: readable(ticks, scale.breaks, labelWidth) };
}

function inOrder(moments: readonly number[]): Drawn {
  const last = Math.max(1, moments.length - 1);
  const begin = moments[0] ?? 0;
  const every = Math.ceil(moments.length / TICKS_MAX);
  const ticks = moments.flatMap((moment, index) =>
    index % every === 0 ? [{ at: index / last, label: afterText(moment - begin) }] : [],
  );
  return {
    at: between(moments.map((moment, index) => ({ moment, place: index / last }))),
    ticks,
    breaks: [],
  };
}

function toScale(moments: readonly number[]): Drawn {
  const begin = moments[0] ?? 0;
  const isLong = longGaps(moments);
  const breakWidth = Math.min(BREAK_WIDTH, BREAKS_WIDTH_MAX / Math.max(1, isLong.size));
  const drawn = sum(gapsOf(moments).filter((_, index) => !isLong.has(index)));
  const perMs = (1 - isLong.size * breakWidth) / Math.max(1, drawn);
  const step = STEPS.find((each) => drawn / each <= TICKS_MAX) ?? Math.max(1, drawn);
  const points: Point[] = [{ moment: begin, place: 0 }];
  const breaks: TimeScale['breaks'][number][] = [];
  const ticks: Labelled[] = [{ at: 0, label: '0' }];
  let segment = begin;
  for (const [index, gap] of gapsOf(moments).entries()) {
    const from = points.at(-1) as Point;
    const moment = from.moment + gap;
    const place = from.place + (isLong.has(index) ? breakWidth : gap * perMs);
    points.push({ moment, place });
    if (isLong.has(index)) {
      breaks.push({ from: from.place, to: place, label: spanText(gap) });
      segment = moment;
      continue;
    }
    for (let tick = firstTick(segment, from.moment, step); tick <= moment; tick += step)
      ticks.push({
        at: from.place + (tick - from.moment) * perMs,
        label: segment === begin ? afterText(tick - begin) : '',
      });
  }
  return { at: between(points), ticks, breaks };
}

type Labelled = Omit<Tick, 'isBefore'>;

type Drawn = Omit<TimeScale, 'ticks'> & { readonly ticks: readonly Labelled[] };

/** Without the labels that would stand on another one. */
function readable(
  ticks: readonly Labelled[],
  breaks: TimeScale['breaks'],
  labelWidth: number,
): Tick[] {
  let free = 0;
  return ticks.map(({ at, label }) => {
    const isBefore = at + labelWidth > 1;
    const from = isBefore ? at - labelWidth : at;
    const to = from + labelWidth;
    const isFree =
      from >= free && breaks.every((each) => to <= labelFrom(each) || from >= labelTo(each));
    if (label === '' || (at > 0 && !isFree)) return { at, label: '', isBefore };
    free = to;
    return { at, label, isBefore };
  });

  // The label of a break is in its middle, or ends where it does at the edge.
  function labelFrom({ from, to }: TimeScale['breaks'][number]): number {
    return Math.min(from, (to > 0.94 ? to : (from + to + labelWidth) / 2) - labelWidth);
  }
  function labelTo({ from, to }: TimeScale['breaks'][number]): number {
    return Math.max(to, (from + to + labelWidth) / 2);
  }
}

interface Point {
  readonly moment: number;
  readonly place: number;
}

/** The first tick of a segment behind a moment. */
function firstTick(segment: number, moment: number, step: number): number {
  return segment + (Math.floor((moment - segment) / step) + 1) * step;
}

/** Which gaps are so long that nothing could be seen of the rest. */
function longGaps(moments: readonly number[]): ReadonlySet<number> {
  const gaps = gapsOf(moments);
  const longestFirst = gaps.map((gap, index) => ({ gap, index })).toSorted((a, b) => b.gap - a.gap);
  const long = new Set<number>();
  let left = sum(gaps);
  for (const { gap, index } of longestFirst) {
    if (gap <= left * LONG_PART || gap === left || long.size * BREAK_WIDTH >= BREAKS_WIDTH_MAX)
      break;
    long.add(index);
    left -= gap;
  }
  return long;
}

function gapsOf(moments: readonly number[]): number[] {
  return moments.slice(1).map((moment, index) => moment - (moments[index] as number));
}

function between(points: readonly Point[]): (moment: number) => number {
  return (moment) => {
    const index = points.findLastIndex((point) => point.moment <= moment);
    const from = points[index];
    const to = points[index + 1];
    if (from === undefined) return 0;
    if (to === undefined) return from.place;
    const part = (moment - from.moment) / (to.moment - from.moment);
    return from.place + part * (to.place - from.place);
  };
}

function afterText(ms: number): string {
  return ms === 0 ? '0' : `+${spanText(ms)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
