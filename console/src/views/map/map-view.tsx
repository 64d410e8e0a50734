import { useMemo } from 'react';
import type { Lag } from '../../../../src/inspection/lag.ts';
import { usePulse } from '../../api/pulse.tsx';
import { useQuestion } from '../../api/use-question.ts';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Unreadable } from '../../parts/unreadable.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { ContextSummary } from './context-summary.tsx';
import { HeardLast } from './heard-last.tsx';
import { Inside } from './inside.tsx';
import { Overview } from './overview.tsx';
import { ratesOf } from './rates.ts';
import { contextStanding } from './standing.ts';
import './map.css';

const SEEN_EVERY_MS = 30_000;

/** The contexts and what flows between them; `#/map/CONTEXT`: inside of one. */
export function MapView() {
  const { path } = useRoute();
  const [context] = path;
  const flows = useQuestion('flows', context === undefined ? {} : { context });
  const seen = useQuestion('seen', {}, { everyMs: SEEN_EVERY_MS });
  const { pulse, history, trouble } = usePulse();
  const rates = useMemo(() => ratesOf(history), [history]);
  if (flows.answer === undefined)
    return flows.error === undefined ? (
      <p className="loading">Loading …</p>
    ) : (
      <>
        <Problem error={flows.error} onAgain={flows.reload} />
        {context !== undefined && <Link href={hrefTo('map')}>See all contexts</Link>}
      </>
    );
  const living = { flows: flows.answer, seen: seen.answer, pulse, rates };
  if (flows.answer.nodes.length === 0) return <NoContexts />;
  const isEmpty = pulse !== undefined && isEmptyLag(pulse.lag);
  return (
    <div className="map" data-heard={trouble === undefined}>
      <div className="map-title">
        {context === undefined ? (
          <h1>Context map</h1>
        ) : (
          <nav aria-label="Breadcrumb">
            <Link href={hrefTo('map')}>Context map</Link> <span aria-hidden="true">›</span>
            <h1>{context}</h1>
          </nav>
        )}
        {context !== undefined && pulse !== undefined && (
          <ContextSummary {...{ context, standing: contextStanding(pulse, rates, context) }} />
        )}
        {trouble !== undefined && <HeardLast at={pulse?.at} />}
      </div>
      {seen.error !== undefined && <Problem error={seen.error} onAgain={seen.reload} />}
      {pulse !== undefined && <Unreadable {...pulse.lag} />}
      {isEmpty && <NoRecords />}
      {context === undefined ? <Overview {...living} /> : <Inside {...living} context={context} />}
    </div>
  );
}

function isEmptyLag({ contexts, unreadable }: Lag): boolean {
  return unreadable.length === 0 && contexts.every(({ head }) => head === 0);
}

function NoContexts() {
  return (
    <Empty title="No context is declared">
      <p>
        The console draws the contexts that it is given: name them where it is made, as{' '}
        <code>run([ordering, billing], …)</code> has them.
      </p>
    </Empty>
  );
}

function NoRecords() {
  return (
    <p className="map-note">
      Nothing has happened yet: the logs hold no record. Start the application (
      <code>npm start</code> runs the shop) and give it a command; its records then run along these
      lines.
    </p>
  );
}
