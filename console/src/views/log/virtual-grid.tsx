import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
} from 'react';
import { useWidth } from '../../parts/use-width.ts';

const ROW = 30;
const ROW_NARROW = 52;
const HEAD = 30;
/** Below it a row is drawn in two lines. */
const NARROW = 700;
/** So many rows before the end, what comes after it is asked for. */
const AHEAD = 60;

export interface VirtualGridProps<Row> {
  readonly label: string;
  /** Names the columns in the style sheet. */
  readonly kind: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** A cell for each column. */
  readonly cellsOf: (row: Row) => readonly ReactNode[];
  /** What else is known of a row, for its element. */
  readonly dataOf?: (row: Row) => Readonly<Record<`data-${string}`, string | undefined>>;
  readonly active: string | undefined;
  readonly onActivate: (row: Row) => void;
  readonly onOpen: (row: Row) => void;
  readonly onClose?: () => void;
  /** The end is near. */
  readonly onEnd: () => void;
}

/** A table of any length: only the rows that are seen are drawn. Up and down go, Enter opens. */
export function VirtualGrid<Row>(props: VirtualGridProps<Row>) {
  const { label, kind, columns, rows, keyOf, cellsOf, dataOf, active, onEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useWidth(scroller) < NARROW;
  const rowHeight = isNarrow ? ROW_NARROW : ROW;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollPaddingStart: HEAD,
    overscan: 16,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  useStaying(scroller, rows, keyOf, rowHeight);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - AHEAD) onEnd();
  }, [last, rows.length]);
  const name = useId();
  const drawn = items.find(({ index }) => keyOf(rows[index] as Row) === active);
  const go = (to: number): void => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    if (rows[index] === undefined) return;
    props.onActivate(rows[index]);
    virtual.scrollToIndex(index, { align: 'auto' });
  };
  return (
    <div
      ref={scroller}
      className={`virtual-grid grid-${kind}`}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={drawn && `${name}-${drawn.index}`}
      tabIndex={0}
      onKeyDown={(press) => {
        const at = drawn?.index ?? rows.findIndex((row) => keyOf(row) === active);
        keyed(press, { ...props, at, go });
      }}
    >
      <div role="rowgroup" className="grid-head">
        <div role="row" aria-rowindex={1} className="grid-columns">
          {columns.map((column) => (
            <span role="columnheader" key={column}>
              {column}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="grid-rows" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index] as Row;
          return (
            <div
              role="row"
              key={keyOf(row)}
              id={`${name}-${index}`}
              className="grid-row grid-columns"
              aria-rowindex={index + 2}
              aria-selected={index === drawn?.index}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              onClick={() => {
                props.onActivate(row);
                props.onOpen(row);
              }}
              {...dataOf?.(row)}
            >
              {cellsOf(row).map((cell, column) => (
                <span role="gridcell" key={columns[column]}>
                  {cell}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Whoever has scrolled down goes on seeing the same rows when others come in above. */
function useStaying<Row>(
  scroller: { readonly current: HTMLDivElement | null },
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  rowHeight: number,
): void {
  const first = useRef<string>(undefined);
  useLayoutEffect(() => {
    const before = first.current;
    first.current = rows[0] && keyOf(rows[0]);
    const element = scroller.current;
    if (element === null || element.scrollTop === 0) return;
    if (before === undefined || before === first.current) return;
    const above = rows.findIndex((row) => keyOf(row) === before);
    if (above > 0) element.scrollTop += above * rowHeight;
  });
}

function keyed<Row>(
  press: KeyboardEvent,
  {
    rows,
    at,
    go,
    onOpen,
    onClose,
  }: VirtualGridProps<Row> & { readonly at: number; readonly go: (to: number) => void },
): void {
  const open = (): void => {
    const row = rows[at];
    if (row !== undefined) onOpen(row);
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + 15),
    PageUp: () => go(at - 15),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    Enter: open,
    ' ': open,
    Escape: () => onClose?.(),
  };
  const does = keys[press.key];
  if (does === undefined || press.target !== press.currentTarget) return;
  press.preventDefault();
  does();
}
