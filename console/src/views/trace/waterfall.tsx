import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useRef } from 'react';
import { useWidth } from '../../parts/use-width.ts';
import { type ScaleKind, type TimeScale, timeScale } from './time-scale.ts';
import type { TraceRow } from './trace-rows.ts';
import { WaterfallRow } from './waterfall-row.tsx';

const ROW = 30;
const ROW_NARROW = 50;
const HEAD = 30;
/** Below it a row is drawn in two lines. */
const NARROW = 620;
/** So wide is a label of the time axis, at most. */
const LABEL = 84;

export interface WaterfallProps {
  readonly rows: readonly TraceRow[];
  readonly kind: ScaleKind;
  /** Until when what is not done is drawn. */
  readonly now: number;
  readonly active: string | undefined;
  /** What is active is shown beside or below, which leaves less room here. */
  readonly isOpen: boolean;
  readonly onActivate: (id: string) => void;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
  readonly onFold: (id: string, isOpen: boolean) => void;
}

/** An action as a tree on the left, and the time it took on the right: a row for each record. */
export function Waterfall(props: WaterfallProps) {
  const { rows, kind, now, active, onActivate, onOpen, onFold } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLSpanElement>(null);
  const axisWidth = useWidth(axis);
  const isNarrow = useWidth(scroller) < NARROW;
  const rowHeight = isNarrow ? ROW_NARROW : ROW;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollPaddingStart: HEAD,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  const scale = useMemo(
    () => timeScale(momentsOf(rows, now), kind, LABEL / Math.max(1, axisWidth)),
    [rows, kind, now, axisWidth],
  );
  const index = rows.findIndex(({ id }) => id === active);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' });
    // When another one is active or is opened, and not when rows come in above it.
  }, [active, props.isOpen]);
  const name = useId();
  const idOf = (at: number) => `${name}-${at}`;
  const items = virtual.getVirtualItems();
  const isDrawn = items.some((item) => item.index === index);
  return (
    <div
      ref={scroller}
      className="waterfall"
      role="treegrid"
      aria-label="What happened, in the order of causes"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={isDrawn ? idOf(index) : undefined}
      tabIndex={0}
      onKeyDown={(press) => keyed(press, { ...props, index })}
    >
      <Head scale={scale} axis={axis} />
      <div role="rowgroup" className="waterfall-rows" style={{ height: virtual.getTotalSize() }}>
        <Grid scale={scale} />
        {items.map((item) => {
          const row = rows[item.index] as TraceRow;
          return (
            <WaterfallRow
              key={row.id}
              id={idOf(item.index)}
              row={row}
              rowIndex={item.index + 2}
              top={item.start}
              height={rowHeight}
              scale={scale}
              axisWidth={axisWidth}
              now={now}
              isActive={item.index === index}
              onOpen={() => {
                onActivate(row.id);
                onOpen(row.id);
              }}
              onFold={() => {
                onActivate(row.id);
                onFold(row.id, !row.isOpen);
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

function momentsOf(rows: readonly TraceRow[], now: number): number[] {
  const moments = rows.flatMap((row) => {
    if (row.kind === 'record') return [row.at, row.from ?? row.at];
    return row.kind === 'cause' ? [] : [row.from];
  });
  const isOpen = rows.some(({ kind }) => kind === 'wait' || kind === 'not-reached');
  const last = Math.max(...moments);
  // The clocks of two machines differ a little.
  return isOpen ? [...moments, Math.max(last, now)] : moments;
}

function Head({
  scale,
  axis,
}: {
  readonly scale: TimeScale;
  readonly axis: RefObject<HTMLSpanElement | null>;
}) {
  return (
    <div role="rowgroup" className="waterfall-head">
      <div role="row" aria-rowindex={1} className="waterfall-columns">
        <span role="columnheader">What happened</span>
        <span role="columnheader">Where</span>
        <span ref={axis} role="columnheader" className="waterfall-axis" aria-label="When">
          {scale.ticks.map(({ at, label, isBefore }) => (
            <span
              key={at}
              className="tick"
              data-edge={isBefore ? 'end' : undefined}
              style={{ left: `${at * 100}%` }}
            >
              {label}
            </span>
          ))}
          {scale.breaks.map(({ from, to, label }) => (
            <span
              key={from}
              className="break-label"
              data-edge={to > 0.94 ? 'end' : undefined}
              title={`Nothing happened for ${label}: drawn short`}
              style={{ left: `${(to > 0.94 ? to : (from + to) / 2) * 100}%` }}
            >
              {label}
            </span>
          ))}
        </span>
      </div>
    </div>
  );
}

/** The lines behind the rows. */
function Grid({ scale }: { readonly scale: TimeScale }) {
  return (
    <div className="waterfall-grid waterfall-columns" aria-hidden="true">
      <span />
      <span />
      <span className="waterfall-axis">
        {scale.ticks.map(({ at }) => (
          <span key={at} className="grid-line" style={{ left: `${at * 100}%` }} />
        ))}
        {scale.breaks.map(({ from, to }) => (
          <span
            key={from}
            className="break"
            style={{ left: `${from * 100}%`, width: `${(to - from) * 100}%` }}
          />
        ))}
      </span>
    </div>
  );
}

/** As in any tree: up and down, right to open or go in, left to close or go out. */
function keyed(
  press: KeyboardEvent,
  { rows, index, onActivate, onOpen, onClose, onFold }: WaterfallProps & { readonly index: number },
): void {
  const row = rows[index];
  const go = (to: number): void => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (next) onActivate(next.id);
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => go(index + 1),
    ArrowUp: () => go(index - 1),
    PageDown: () => go(index + 15),
    PageUp: () => go(index - 15),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ArrowRight: () => {
      if (row?.isParent !== true) return;
      if (row.isOpen) go(index + 1);
      else onFold(row.id, true);
    },
    ArrowLeft: () => {
      if (row === undefined) return;
      if (row.isParent && row.isOpen) onFold(row.id, false);
      else if (row.parentId !== null) onActivate(row.parentId);
    },
    Enter: () => row && onOpen(row.id),
    ' ': () => row && onOpen(row.id),
    Escape: onClose,
  };
  const does = keys[press.key];
  if (does === undefined || press.target !== press.currentTarget) return;
  press.preventDefault();
  does();
}
