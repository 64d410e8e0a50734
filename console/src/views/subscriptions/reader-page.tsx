import { Suspense, lazy, useState } from 'react';
import type { Failing } from '../../../../src/inspection/failing.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import { useMayAct } from '../../api/about.tsx';
import { act } from '../../api/ask.ts';
import { usePulse } from '../../api/pulse.tsx';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Ago } from '../../parts/ago.tsx';
import { Empty } from '../../parts/empty.tsx';
import { LevelSign } from '../../parts/level.tsx';
import { Link } from '../../parts/link.tsx';
import { MayNotAct } from '../../parts/may-not-act.tsx';
import { When, countText, rateText, spanText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { ModelVersions } from './model-versions.tsx';
import { Ranges } from './ranges.tsx';
import { type ReaderName, pointsOf, rateOf, readerKey, readersIn } from './reader-history.ts';
import { KINDS, STATES, isPausable, runnersText } from './reader-words.ts';
import { Waiting } from './waiting.tsx';

const LagChart = lazy(async () => ({ default: (await import('./lag-chart.tsx')).LagChart }));

/** One reader: how far it is and was, who does it, and what waits for it. */
export function ReaderPage({ context, name }: ReaderName) {
  const { pulse, history, trouble } = usePulse();
  const reader = pulse && readersIn(pulse).get(readerKey({ context, name }));
  return (
    <>
      <p className="crumbs">
        <Link href={hrefTo('subscriptions')}>Subscriptions</Link>
        {' / '}
        <Link href={hrefTo('subscriptions', [], { context })}>{context}</Link>
      </p>
      {pulse === undefined && <p className="loading">{trouble ?? 'Listening …'}</p>}
      {pulse !== undefined && reader === undefined && <NoSuch {...{ context, name }} />}
      {reader && (
        <article data-context={context} data-subscription={name}>
          <Head reader={reader} />
          <Figures reader={reader} rate={rateOf(pointsOf(history, reader))} />
          <section className="panel chart-panel" aria-label="The last five minutes">
            <Suspense fallback={<div className="chart-space" />}>
              <LagChart points={pointsOf(history, reader)} />
            </Suspense>
          </section>
          {reader.ranges.length > 0 && <Ranges ranges={reader.ranges} />}
          {(reader.kind === 'read-model' || reader.kind === 'rebuild') && (
            <ModelVersions reader={reader} />
          )}
        </article>
      )}
    </>
  );
}

function NoSuch({ context, name }: ReaderName) {
  return (
    <Empty title={`${name} is not there`}>
      <p>
        Nothing of this name reads the log of {context}: it was never started, or is over, as a
        rebuild is when it is done.{' '}
        <Link href={hrefTo('subscriptions', [], { context })}>See what does</Link>
      </p>
    </Empty>
  );
}

function Head({ reader }: { readonly reader: ReaderLag }) {
  const { name, kind, state, level } = reader;
  const pause = reader.paused;
  const told = STATES[state];
  return (
    <>
      <div className="view-head reader-head">
        <h1>
          <LevelSign level={level} /> {name}
        </h1>
        <span className="tag">{KINDS[kind]}</span>
        {told !== undefined && <span className="tag attention">{told}</span>}
        <div className="tools">{isPausable(reader) && <PauseActs reader={reader} />}</div>
      </div>
      {pause !== null && (
        <p className="warning pause-note">
          Paused by <strong>{pause.who}</strong>, <Ago at={pause.since} />: {pause.why}
        </p>
      )}
      {reader.failing !== null && <FailingNote failing={reader.failing} />}
    </>
  );
}

/** Why it does not get on, and with which record. */
function FailingNote({ failing }: { readonly failing: Failing }) {
  const { recordId, error, attempts, since, due } = failing;
  return (
    <p className="warning failing-note">
      <strong>{error.name}</strong>: {error.message}
      <span className="quiet">
        {' '}
        With <Link href={hrefTo('trace', [recordId])}>a record</Link> that waits since{' '}
        <When at={since} />, tried {attempts === 1 ? 'once' : `${attempts} times`}, again at{' '}
        <When at={due} />.
      </span>
    </p>
  );
}

function PauseActs({ reader }: { readonly reader: ReaderLag }) {
  const mayAct = useMayAct();
  const [isAsking, setAsking] = useState(false);
  if (!mayAct) return <MayNotAct what="To pause it" />;
  const { context, name: subscription } = reader;
  const isPaused = reader.paused !== null;
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        {isPaused ? 'Resume …' : 'Pause …'}
      </button>
      {isAsking && (
        <ActDialog
          title={`${isPaused ? 'Resume' : 'Pause'} ${subscription}`}
          verb={isPaused ? 'Resume' : 'Pause'}
          onAct={(why) => act(isPaused ? 'resume' : 'pause', { context, subscription, why })}
          onClose={() => setAsking(false)}
        >
          {isPaused ? (
            <p>It goes on where it was, with all that has come meanwhile, in order.</p>
          ) : (
            <ul className="points">
              <li>
                It takes no further record. What is under way ends; what comes waits in the log, and
                nothing is lost.
              </li>
              <li>
                It holds for all processes and over restarts, until somebody resumes it. All other
                subscriptions go on.
              </li>
            </ul>
          )}
        </ActDialog>
      )}
    </>
  );
}

function Figures({
  reader,
  rate,
}: {
  readonly reader: ReaderLag;
  readonly rate: number | undefined;
}) {
  const { pulse } = usePulse();
  const { context, behind, isMore, oldestAgeMs, position, waiting } = reader;
  const of = pulse?.lag.contexts.find((each) => each.context === context);
  return (
    <>
      <dl className="figures">
        <div>
          <dt>behind, in records</dt>
          <dd data-behind={behind ?? ''}>
            {behind === null ? '–' : `${countText(behind)}${isMore ? '+' : ''}`}
          </dd>
        </div>
        <div>
          <dt>the oldest of them waits</dt>
          <dd>{oldestAgeMs === null ? '–' : spanText(oldestAgeMs)}</dd>
        </div>
        <div>
          <dt>
            {reader.kind === 'intake'
              ? 'position in its source'
              : `position of ${countText(of?.head ?? 0)}`}
          </dt>
          <dd>{position === null ? '–' : countText(position)}</dd>
        </div>
        <div>
          <dt>positions a second</dt>
          <dd>{rate === undefined ? '–' : rateText(rate).replace('/s', '')}</dd>
        </div>
      </dl>
      <p className="reader-line">
        {Object.keys(waiting).length > 0 && (
          <>
            <span className="quiet">Waiting for it:</span> <Waiting reader={reader} />
          </>
        )}
        {of && (
          <span className="quiet">
            {context}: {runnersText(of.running)}
          </span>
        )}
      </p>
    </>
  );
}
