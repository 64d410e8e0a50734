import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Point } from './reader-history.ts';

const HEIGHT = 170;
const OVER_SECONDS = 300;
/** Between the lines of a chart: nobody is behind by half a record. */
const STEPS = [1, 2, 5]
  .flatMap((step) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((by) => step * by))
  .toSorted((a, b) => a - b);
/** Two charts that are looked at together. */
const SYNC = 'lag';
/** A rate between two pulses jumps; over so many it can be read. */
const SMOOTHED_OVER = 5;

/** How far behind a reader was, and how fast its place moved, over the last five minutes. */
export function LagChart({ points }: { readonly points: readonly Point[] }) {
  const isDark = useDark();
  const times = points.map(({ atMs }) => atMs / 1_000);
  return (
    <div className="charts" key={String(isDark)}>
      <Chart
        title="behind, in records"
        colour="--bad"
        times={times}
        values={points.map(({ behind }) => behind)}
      />
      <Chart
        title="positions a second"
        colour="--accent"
        times={times}
        values={points.map((_, index) => rateAt(points, index))}
      />
    </div>
  );
}

function rateAt(points: readonly Point[], index: number): number | null {
  const now = points[index];
  const before = points[Math.max(0, index - SMOOTHED_OVER)];
  if (now === undefined || before === undefined || now === before) return null;
  if (now.position === null || before.position === null) return null;
  return (Math.max(0, now.position - before.position) / (now.atMs - before.atMs)) * 1_000;
}

interface ChartProps {
  readonly title: string;
  /** The name of a colour of the page. */
  readonly colour: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

function Chart({ title, colour, times, values }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const data = [[...times], [...values]] as uPlot.AlignedData;
  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const made = new uPlot(optionsOf(element, title, colour), data, element);
    chart.current = made;
    const watcher = new ResizeObserver(([entry]) => {
      if (entry) made.setSize({ width: entry.contentRect.width, height: HEIGHT });
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
    // What is drawn comes by setData, below.
  }, [title, colour]);
  useEffect(() => chart.current?.setData(data));
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      {known.length === 0 ? <p className="chart-space quiet">Nobody can tell from here.</p> : null}
      <div
        ref={place}
        hidden={known.length === 0}
        className="chart-space"
        role="img"
        aria-label={`${title}: now ${last?.toFixed(1)}, at most ${Math.max(...known).toFixed(1)} in the last five minutes`}
      />
    </figure>
  );
}

function optionsOf(element: HTMLElement, title: string, colour: string): uPlot.Options {
  const style = getComputedStyle(element);
  const colourOf = (name: string): string => resolved(element, style.getPropertyValue(name));
  const [line, quiet, grid] = [colourOf(colour), colourOf('--quiet'), colourOf('--line')];
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: quiet, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    cursor: { sync: { key: SYNC }, drag: { x: false, y: false } },
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      // Always as long as is watched, so that a line moves, and does not stretch.
      x: { range: (_, __, last) => [last - OVER_SECONDS, last] },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 70, size: 26, values: (_, at) => at.map(clockText) },
      {
        ...axis,
        size: 56,
        space: 34,
        incrs: STEPS,
        values: (_, at) => at.map((value) => numberText(value)),
      },
    ],
    series: [
      {},
      { label: title, stroke: line, width: 1.75, fill: `${line}1f`, points: { show: false } },
    ],
  };
}

/** A colour of the page may be one of two; a canvas takes one, and says it as #rrggbb. */
function resolved(element: HTMLElement, colour: string): string {
  const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
  const probe = element.appendChild(document.createElement('span'));
  probe.style.color = colour;
  context.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  return context.fillStyle as string;
}

function clockText(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB');
}

function numberText(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact' });
}

/** Whether it is dark, as long as it is drawn. */
function useDark(): boolean {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const look = (): void => setDark(query.matches);
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }, []);
  return isDark;
}
