import type { CSSProperties } from 'react';
import { ContextMark, useContextColour } from '../../parts/context-mark.tsx';
import { DirectionSign } from '../../parts/direction.tsx';
import { spanText } from '../../parts/times.tsx';
import type { TimeScale } from './time-scale.ts';
import {
  type NotReachedRow,
  type RecordRow,
  type TraceRow,
  type WaitRow,
  notReachedText,
  waitText,
} from './trace-rows.ts';

/** Deeper rows are not indented any further. */
const INDENT_MAX = 24;
/** So wide is a character beside a bar, about. */
const CHARACTER = 6.6;

export interface WaterfallRowProps {
  readonly id: string;
  readonly row: TraceRow;
  readonly rowIndex: number;
  readonly top: number;
  readonly height: number;
  readonly scale: TimeScale;
  /** In pixels. */
  readonly axisWidth: number;
  readonly now: number;
  readonly isActive: boolean;
  readonly onOpen: () => void;
  readonly onFold: () => void;
}

/** A record, or what is not done about one: what it is, where, and when. */
export function WaterfallRow({
  id,
  row,
  rowIndex,
  top,
  height,
  scale,
  now,
  ...rest
}: WaterfallRowProps) {
  const { isActive, axisWidth, onOpen, onFold } = rest;
  const colourOf = useContextColour();
  const context = contextOf(row);
  return (
    <div
      role="row"
      id={id}
      className={`waterfall-row waterfall-columns ${context === undefined ? '' : colourOf(context)}`}
      aria-rowindex={rowIndex}
      aria-level={row.depth + 1}
      aria-expanded={row.isParent ? row.isOpen : undefined}
      aria-selected={isActive}
      data-kind={row.kind}
      data-tone={'tone' in row ? row.tone : undefined}
      data-context={context}
      data-record={row.kind === 'record' ? row.record.id : undefined}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={onOpen}
    >
      <span
        role="gridcell"
        className="what"
        style={{ '--depth': Math.min(row.depth, INDENT_MAX) } as CSSProperties}
      >
        <Fold row={row} onFold={onFold} />
        <What row={row} />
      </span>
      <span role="gridcell" className="where-cell">
        {context !== undefined && <ContextMark name={context} />}
      </span>
      <span role="gridcell" className="waterfall-axis">
        {row.kind === 'record' && <RecordBar row={row} scale={scale} axisWidth={axisWidth} />}
        {(row.kind === 'wait' || row.kind === 'not-reached') && (
          <WaitBar row={row} scale={scale} axisWidth={axisWidth} now={now} />
        )}
      </span>
    </div>
  );
}

function contextOf(row: TraceRow): string | undefined {
  if (row.kind === 'cause') return undefined;
  if (row.kind === 'not-reached') return row.reader.context;
  return row.kind === 'wait' ? row.wait.context : row.record.context;
}

/** For the mouse; the keys are the grid's. */
function Fold({ row, onFold }: { readonly row: TraceRow; readonly onFold: () => void }) {
  if (!row.isParent) return <span className="fold" />;
  return (
    <span
      className="fold"
      data-open={row.isOpen}
      aria-hidden="true"
      onClick={(click) => {
        click.stopPropagation();
        onFold();
      }}
    />
  );
}

function What({ row }: { readonly row: TraceRow }) {
  if (row.kind === 'cause')
    return (
      <span className="what-text">
        begun by <strong>{row.causationId}</strong>
      </span>
    );
  if (row.kind === 'wait')
    return (
      <>
        <span className="wait-sign" aria-hidden="true" />
        <span className="what-text" title={row.wait.error ?? undefined}>
          <strong>{row.wait.subscription}</strong> {waitText(row.wait)}
          {row.wait.error !== null && <span className="quiet"> {row.wait.error}</span>}
        </span>
      </>
    );
  if (row.kind === 'not-reached')
    return (
      <>
        <span className="wait-sign" aria-hidden="true" />
        <span className="what-text">
          <strong>{row.reader.subscription}</strong> {notReachedText(row.reader)}
        </span>
      </>
    );
  const { record } = row;
  const detail = record.stream === null ? record.key : `${record.stream} · v${record.version}`;
  return (
    <>
      <DirectionSign direction={record.direction} />
      <span className="what-text" title={`${record.type} ${detail}`}>
        <strong>{record.type}</strong> <span className="quiet">{detail}</span>
      </span>
    </>
  );
}

/** The wait before it, as a thin bar from its cause, and the moment at which it was recorded. */
function RecordBar({
  row,
  scale,
  axisWidth,
}: {
  readonly row: RecordRow;
  readonly scale: TimeScale;
  readonly axisWidth: number;
}) {
  const at = scale.at(row.at);
  const from = row.from === undefined ? at : scale.at(row.from);
  return (
    <>
      {from < at && (
        <span
          className="wait-bar"
          title={row.wait?.about}
          data-way={row.record.direction === 'incoming' ? 'between' : 'inside'}
          style={{ left: `${from * 100}%`, width: `${(at - from) * 100}%` }}
        />
      )}
      <span className="moment" style={{ left: `${at * 100}%` }} />
      {row.wait !== undefined && (
        <BarText from={from} at={at} {...row.wait} axisWidth={axisWidth} />
      )}
    </>
  );
}

/** Open at its end: nobody knows yet how long it will be. */
function WaitBar({
  row,
  scale,
  axisWidth,
  now,
}: {
  readonly row: WaitRow | NotReachedRow;
  readonly scale: TimeScale;
  readonly axisWidth: number;
  readonly now: number;
}) {
  const from = scale.at(row.from);
  const text = openText(row, now);
  return (
    <>
      <span className="open-bar" style={{ left: `${from * 100}%` }} title={text} />
      <BarText from={from} at={1} text={text} about={text} axisWidth={axisWidth} />
    </>
  );
}

function openText(row: WaitRow | NotReachedRow, now: number): string {
  const { from } = row;
  if (row.kind === 'not-reached') return `for ${spanText(Math.max(0, now - from))}`;
  const { kind, due } = row.wait;
  const ahead = due === null ? 0 : Date.parse(due) - now;
  if (kind === 'timer') return ahead > 0 ? `due in ${spanText(ahead)}` : 'due now';
  const since = `for ${spanText(Math.max(0, now - from))}`;
  if (kind === 'parked' || kind === 'held') return `${kind} ${since}`;
  return ahead > 1_000 ? `${since}, again in ${spanText(ahead)}` : since;
}

/** On the side where there is room. */
function BarText({
  from,
  at,
  text,
  about,
  axisWidth,
}: {
  readonly from: number;
  readonly at: number;
  readonly text: string;
  readonly about: string;
  readonly axisWidth: number;
}) {
  const needed = text.length * CHARACTER + 16;
  const isBehind = (1 - at) * axisWidth >= needed;
  const isBefore = !isBehind && from * axisWidth >= needed;
  const style = isBehind
    ? { left: `calc(${at * 100}% + 8px)` }
    : isBefore
      ? { right: `calc(${(1 - from) * 100}% + 8px)` }
      : { right: `calc(${(1 - at) * 100}% + 10px)` };
  return (
    <span className="bar-text" data-inside={!isBehind && !isBefore} title={about} style={style}>
      {text}
    </span>
  );
}
