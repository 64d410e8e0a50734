import { useEffect, useState } from 'react';
import type { ListedStream } from '../../../../src/inspection/listed-stream.ts';
import { useAbout } from '../../api/about.tsx';
import { type AskError, ask } from '../../api/ask.ts';
import { useQuestion } from '../../api/use-question.ts';
import { ContextMark } from '../../parts/context-mark.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { When, countText } from '../../parts/times.tsx';
import { goTo, hrefTo, useRoute } from '../../route.ts';
import { VirtualGrid } from './virtual-grid.tsx';

/** The streams of the aggregates: those to which something happened last, or all by name. */
export function StreamsTab() {
  const { contexts } = useAbout();
  const { query } = useRoute();
  const { context, aggregate } = query;
  const by = query['by'] === 'name' ? 'name' : 'activity';
  const { streams, error, isMore, older, reload } = useStreams({ context, aggregate, by });
  const [active, setActive] = useState<string>();
  const show = (next: Readonly<Record<string, string | undefined>>): void =>
    goTo(hrefTo('log', [], { show: 'streams', context, aggregate, by, ...next }), {
      replace: true,
    });
  return (
    <>
      <div className="toolbar" role="search" aria-label="Which streams">
        <select
          aria-label="Context"
          value={context ?? ''}
          onChange={(change) => show({ context: change.target.value, aggregate: undefined })}
        >
          <option value="">all contexts</option>
          {contexts.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <AggregateFilter
          context={context}
          aggregate={aggregate}
          onChange={(each) => show({ aggregate: each })}
        />
        <div className="choice" role="group" aria-label="In which order">
          {(['activity', 'name'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === by}
              onClick={() => show({ by: each })}
            >
              {each === 'activity' ? 'newest activity' : 'by name'}
            </button>
          ))}
        </div>
      </div>
      {error && <Problem error={error} onAgain={reload} />}
      <div className="log-body">
        {streams?.length === 0 && !isMore ? (
          <NoStreams />
        ) : (
          <VirtualGrid
            label="Streams"
            kind="streams"
            columns={['Stream', 'Context', 'Events', 'Last event', 'Recorded']}
            rows={streams ?? []}
            keyOf={keyOf}
            cellsOf={cells}
            dataOf={({ stream, context: of }) => ({ 'data-stream': stream, 'data-context': of })}
            active={active}
            onActivate={(row) => setActive(keyOf(row))}
            onOpen={(row) => goTo(hrefTo('log', [row.stream], { context: row.context }))}
            onEnd={older}
          />
        )}
      </div>
      <p className="log-count quiet" role="status">
        {streams === undefined
          ? 'Loading …'
          : `${countText(streams.length)} streams${isMore ? ', and more as you scroll' : ''}`}
      </p>
    </>
  );
}

function keyOf({ context, stream }: ListedStream): string {
  return `${context} ${stream}`;
}

function cells({ stream, context, version, lastType, lastRecordedAt }: ListedStream) {
  return [
    <strong key="stream">{stream}</strong>,
    <ContextMark key="context" name={context} />,
    countText(version),
    lastType,
    <When key="when" at={lastRecordedAt} />,
  ];
}

function AggregateFilter({
  context,
  aggregate,
  onChange,
}: {
  readonly context: string | undefined;
  readonly aggregate: string | undefined;
  readonly onChange: (aggregate: string) => void;
}) {
  const { answer } = useQuestion('seen', {});
  const seen = answer?.types.filter((each) => !context || each.context === context) ?? [];
  const found = seen.flatMap((each) => (each.aggregate === null ? [] : [each.aggregate]));
  const known = [...new Set([...found, ...(aggregate ? [aggregate] : [])])].toSorted();
  return (
    <select
      aria-label="Aggregate"
      value={aggregate ?? ''}
      onChange={(change) => onChange(change.target.value)}
    >
      <option value="">all aggregates</option>
      {known.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}

function NoStreams() {
  return (
    <Empty title="No streams yet">
      <p>
        A stream holds the events of one aggregate instance, such as <code>order/536365</code>. It
        begins with the first event that a command makes:{' '}
        <code>app.handle(order, '536365', command)</code>.
      </p>
    </Empty>
  );
}

interface StreamsAsked {
  readonly context: string | undefined;
  readonly aggregate: string | undefined;
  readonly by: 'activity' | 'name';
}

/** Page by page. */
function useStreams({ context, aggregate, by }: StreamsAsked) {
  const key = JSON.stringify([context, aggregate, by]);
  const [found, setFound] = useState<Found>({ key: '', streams: [], next: null });
  const [error, setError] = useState<AskError>();
  const [wanted, setWanted] = useState({ after: '', look: 0 });
  useEffect(() => {
    const isOn = found.key === key && wanted.after !== '';
    const after = isOn ? { after: wanted.after } : {};
    const end = new AbortController();
    const asked = { by, ...(context && { context }), ...(aggregate && { aggregate }), ...after };
    ask('streams', asked, end.signal).then(
      ({ streams, next }) => {
        setError(undefined);
        setFound({ key, streams: isOn ? [...found.streams, ...streams] : streams, next });
      },
      (problem: unknown) => {
        if (!end.signal.aborted) setError(problem as AskError);
      },
    );
    return () => end.abort();
    // What was found before only grows by this.
  }, [key, wanted]);
  const isMine = found.key === key;
  return {
    streams: isMine ? found.streams : undefined,
    error,
    isMore: isMine && found.next !== null,
    older: () => {
      if (isMine && found.next !== null && found.next !== wanted.after)
        setWanted({ ...wanted, after: found.next });
    },
    reload: () => setWanted({ after: '', look: wanted.look + 1 }),
  };
}

interface Found {
  readonly key: string;
  readonly streams: readonly ListedStream[];
  readonly next: string | null;
}
