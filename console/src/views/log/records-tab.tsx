import { useState } from 'react';
import type { RecordsAsked } from '../../../../src/console/api.ts';
import { ContextMark } from '../../parts/context-mark.tsx';
import { DirectionSign } from '../../parts/direction.tsx';
import { Problem } from '../../parts/problem.tsx';
import { When, countText } from '../../parts/times.tsx';
import { goTo, hrefTo, useRoute } from '../../route.ts';
import { type LightRecord, type LogEntry, entryKey } from './log-entry.ts';
import { NoRecords } from './no-records.tsx';
import { RecordBeside } from './record-beside.tsx';
import { type Filters, RecordFilters } from './record-filters.tsx';
import { type LogEntries, useLogEntries } from './use-log-entries.ts';
import { VirtualGrid } from './virtual-grid.tsx';

/** So many records are asked for at once. */
const PAGE = '200';

/** All records that are chosen, the newest first; live, they come in at the top. */
export function RecordsTab() {
  const { query } = useRoute();
  const { context, directions, types, key, since, until } = query;
  const filters: Filters = { context, directions, types, key, since, until };
  const isLive = query['live'] === 'yes';
  const found = useLogEntries({ ...without(filters), limit: PAGE }, isLive);
  const [active, setActive] = useState<LightRecord>();
  const [isOpen, setIsOpen] = useState(false);
  const show = (next: Filters, live: boolean): void => {
    // What comes now is not of any other time.
    const kept = live ? { ...next, since: undefined, until: undefined, live: 'yes' } : { ...next };
    goTo(hrefTo('log', [], kept), { replace: true });
  };
  const shown = isOpen ? active : undefined;
  return (
    <>
      <div className="toolbar" role="search" aria-label="Which records">
        <button
          type="button"
          className="live"
          aria-pressed={isLive}
          onClick={() => show(filters, !isLive)}
        >
          <span className="live-dot" aria-hidden="true" /> live
        </button>
        <RecordFilters
          filters={filters}
          onChange={(next) => show(next, isLive && !next.since && !next.until)}
        />
      </div>
      {found.error && <Problem error={found.error} onAgain={found.reload} />}
      <div className="log-body" data-beside={shown !== undefined}>
        {found.isFirstLoaded && found.entries.length === 0 && !found.isMore ? (
          <NoRecords filters={filters} isLive={isLive} onChange={(next) => show(next, isLive)} />
        ) : (
          <VirtualGrid
            label="Records, the newest first"
            kind="records"
            columns={['Recorded', 'Context', 'Type', 'Key', 'Stream', 'Data']}
            rows={found.entries}
            keyOf={entryKey}
            cellsOf={cells}
            dataOf={dataOf}
            active={active && `${active.context} ${active.position}`}
            onActivate={(entry) => entry.kind === 'record' && setActive(entry.record)}
            onOpen={(entry) => setIsOpen(entry.kind === 'record')}
            onClose={() => setIsOpen(false)}
            onEnd={found.older}
          />
        )}
        {shown && (
          <aside className="beside">
            <RecordBeside record={shown} onClose={() => setIsOpen(false)} />
          </aside>
        )}
      </div>
      <Count found={found} isLive={isLive} />
    </>
  );
}

function without(filters: Filters): RecordsAsked {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}

function cells(entry: LogEntry) {
  if (entry.kind === 'left-out')
    return [
      <em key="left-out">
        {entry.isAtMost ? 'Up to ' : ''}
        {countText(entry.count)} more came here than can be shown
      </em>,
    ];
  const { record } = entry;
  return [
    <When key="when" at={record.recordedAt} />,
    <ContextMark key="context" name={record.context} />,
    <span key="type" className="type-cell">
      <DirectionSign direction={record.direction} /> <strong>{record.type}</strong>
    </span>,
    record.key,
    record.stream === null ? '' : `${record.stream} · v${record.version}`,
    record.preview,
  ];
}

function dataOf(entry: LogEntry) {
  if (entry.kind === 'left-out') return { 'data-left-out': String(entry.count) };
  const { id, context, direction } = entry.record;
  return { 'data-record': id, 'data-context': context, 'data-direction': direction };
}

function Count({ found, isLive }: { readonly found: LogEntries; readonly isLive: boolean }) {
  const { entries, isLoading, isMore, endedEarly, came, leftOut, trouble } = found;
  return (
    <p className="log-count quiet" role="status">
      {countText(entries.length)} {entries.length === 1 ? 'row' : 'rows'}
      {isLive
        ? ` · ${countText(came)} came since you watch, ${countText(leftOut)} of them left out`
        : isMore
          ? ', and more as you scroll'
          : ''}
      {isLoading && ' · loading …'}
      {trouble !== undefined && <strong className="log-trouble"> · {trouble}</strong>}
      {endedEarly.length > 0 && ` · 100,000 records of ${endedEarly.join(', ')} looked through; `}
      {endedEarly.length > 0 && isMore && (
        <button type="button" className="as-link" onClick={found.older}>
          look further back
        </button>
      )}
    </p>
  );
}
