import type { CSSProperties } from 'react';
import { ContextMark, useContextColour } from '../../parts/context-mark.tsx';
import { Link } from '../../parts/link.tsx';
import { When, spanText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import type { SeenAction } from './recent-actions.ts';

/** Actions, each with a small picture of when something happened in which context. */
export function ActionList({
  actions,
  isPart,
}: {
  readonly actions: readonly SeenAction[];
  /** Not all of an action's records are here: only what of it was found is shown. */
  readonly isPart: boolean;
}) {
  const colourOf = useContextColour();
  return (
    <ol className="action-list" aria-label="Actions" data-part={isPart}>
      {actions.map((action) => {
        const { correlationId, first, records, contexts, tookMs, isWhole } = action;
        return (
          <li key={correlationId} data-action={correlationId}>
            <Link href={hrefTo('trace', [correlationId])}>
              <span className={`action-began ${colourOf(first.context)}`}>
                <strong>{isWhole || isPart ? first.type : `… ${first.type}`}</strong>{' '}
                <span className="quiet">{first.stream ?? first.key}</span>
              </span>
              {!isPart && <MiniTimeline action={action} />}
              <span className="action-contexts" title={contexts.join(', ')}>
                {contexts.map((context) => (
                  <ContextMark key={context} name={context} />
                ))}
              </span>
              {!isPart && (
                <span className="action-size quiet">
                  {records.length} {records.length === 1 ? 'record' : 'records'} ·{' '}
                  {spanText(tookMs)}
                </span>
              )}
              <span className="action-when quiet">
                <When at={first.recordedAt} />
              </span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}

/** A mark for each record, in the colour and on the lane of its context. */
function MiniTimeline({ action }: { readonly action: SeenAction }) {
  const colourOf = useContextColour();
  const { records, contexts, first, tookMs } = action;
  const begin = Date.parse(first.recordedAt);
  return (
    <span className="mini" aria-hidden="true">
      {records.map(({ context, id, recordedAt }) => (
        <span
          key={`${context} ${id}`}
          className={colourOf(context)}
          style={
            {
              left: `${tookMs === 0 ? 0 : ((Date.parse(recordedAt) - begin) / tookMs) * 100}%`,
              '--lane': (contexts.indexOf(context) + 0.5) / contexts.length,
            } as CSSProperties
          }
        />
      ))}
    </span>
  );
}
