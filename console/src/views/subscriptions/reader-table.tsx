import { type ReactNode, useRef, useState } from 'react';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import { usePulse } from '../../api/pulse.tsx';
import { LevelSign } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { countText, rateText, spanText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { pointsOf, rateOf, readerKey } from './reader-history.ts';
import { KINDS, STATES } from './reader-words.ts';
import { Sparkline } from './sparkline.tsx';
import { Waiting } from './waiting.tsx';

type Column = 'worst' | 'name' | 'behind' | 'oldest' | 'position' | 'rate';

interface Row {
  readonly reader: ReaderLag;
  readonly rate: number | undefined;
}

/** So long the order stays: rows that jump about are not read. */
const ORDER_KEPT_MS = 5_000;

const LEVELS = ['bad', 'attention', 'good'];

const BY: Readonly<Record<Column, (a: Row, b: Row) => number>> = {
  worst: ({ reader: a }, { reader: b }) =>
    LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
    (b.waiting.parked ?? 0) - (a.waiting.parked ?? 0) ||
    (b.behind ?? 0) - (a.behind ?? 0),
  name: ({ reader: a }, { reader: b }) =>
    a.context.localeCompare(b.context) || a.name.localeCompare(b.name),
  behind: ({ reader: a }, { reader: b }) => (b.behind ?? -1) - (a.behind ?? -1),
  oldest: ({ reader: a }, { reader: b }) => (b.oldestAgeMs ?? -1) - (a.oldestAgeMs ?? -1),
  position: ({ reader: a }, { reader: b }) => (b.position ?? -1) - (a.position ?? -1),
  rate: (a, b) => (b.rate ?? -1) - (a.rate ?? -1),
};

/** All readers with how far they are, the worst first unless somebody sorts them otherwise. */
export function ReaderTable({ readers }: { readonly readers: readonly ReaderLag[] }) {
  const { history } = usePulse();
  const [column, setColumn] = useState<Column>('worst');
  const rows = readers.map((reader) => ({ reader, rate: rateOf(pointsOf(history, reader)) }));
  const sorted = useKeptOrder(rows, column);
  const head = (of: Column, label: ReactNode, title?: string): ReactNode => (
    <th
      scope="col"
      className={of === 'worst' || of === 'name' ? undefined : 'number'}
      aria-sort={column === of ? (of === 'name' ? 'ascending' : 'descending') : undefined}
    >
      <button type="button" className="sorter" title={title} onClick={() => setColumn(of)}>
        {label}
      </button>
    </th>
  );
  return (
    <div className="panel scroll" tabIndex={0} role="region" aria-label="Subscriptions">
      <table className="grid readers">
        <thead>
          <tr>
            {head('worst', <span aria-label="how it stands, the worst first">●</span>)}
            {head('name', 'subscription')}
            {head('behind', 'behind', 'How many records it wants and has not passed')}
            <th scope="col">last 5 minutes</th>
            {head('oldest', 'oldest', 'How long ago the first of them was recorded')}
            {head('position', 'position', 'All up to here is done, or waits in its own row')}
            {head(
              'rate',
              'positions/s',
              'How many positions of the log its place moved a second, over the last 30 seconds',
            )}
            <th scope="col">waiting</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <ReaderRow key={readerKey(row.reader)} {...row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Sorted, but not more often than can be read. */
function useKeptOrder(rows: readonly Row[], column: Column): readonly Row[] {
  const kept = useRef({
    column,
    atMs: Number.NEGATIVE_INFINITY,
    places: new Map<string, number>(),
  });
  const now = performance.now();
  const isNew = rows.some(({ reader }) => !kept.current.places.has(readerKey(reader)));
  if (isNew || kept.current.column !== column || now - kept.current.atMs > ORDER_KEPT_MS) {
    const sorted = rows.toSorted((a, b) => BY[column](a, b) || BY.name(a, b));
    const places = new Map(sorted.map(({ reader }, place) => [readerKey(reader), place]));
    kept.current = { column, atMs: now, places };
  }
  const placeOf = ({ reader }: Row): number => kept.current.places.get(readerKey(reader)) ?? 0;
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function ReaderRow({ reader, rate }: Row) {
  const { history } = usePulse();
  const { context, name, kind, level, state, behind, isMore, oldestAgeMs, position } = reader;
  const told = STATES[state];
  return (
    <tr data-context={context} data-subscription={name}>
      <td className="reader-level">
        <LevelSign level={level} />
      </td>
      <th scope="row">
        <Link href={hrefTo('subscriptions', [context, name])}>{name}</Link>
        <span className="reader-about">
          {context} · {KINDS[kind]}
          {told !== undefined && <span className="tag attention">{told}</span>}
          {reader.paused !== null && <span className="tag attention">paused</span>}
        </span>
        {reader.failing !== null && (
          <span className="reader-failing">{reader.failing.error.message}</span>
        )}
      </th>
      <td className="number reader-behind" data-label="behind">
        {behind === null ? '–' : `${countText(behind)}${isMore ? '+' : ''}`}
      </td>
      <td className="reader-spark">
        <Sparkline points={pointsOf(history, reader)} />
      </td>
      <td className="number" data-label="oldest">
        {oldestAgeMs === null ? '–' : spanText(oldestAgeMs)}
      </td>
      <td className="number" data-label="position">
        {position === null ? '–' : countText(position)}
      </td>
      <td className="number" data-label="positions/s">
        {rate === undefined ? '–' : rateText(rate).replace('/s', '')}
      </td>
      <td className="reader-waiting">
        <Waiting reader={reader} />
      </td>
    </tr>
  );
}
