import { useState } from 'react';
import type { TimerAhead } from '../../../../src/inspection/timers-ahead.ts';
import { useMayAct } from '../../api/about.tsx';
import { useQuestion } from '../../api/use-question.ts';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { MayNotAct } from '../../parts/may-not-act.tsx';
import { Problem } from '../../parts/problem.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { DueAt } from './due-in.tsx';
import { TimeLine } from './time-line.tsx';
import { TimerActs } from './timer-acts.tsx';

const EVERY_MS = 2_000;
/** So many are listed at first, and more each time. */
const LISTED = 50;

const KINDS: Readonly<Record<TimerAhead['kind'], string>> = {
  process: '',
  message: 'scheduled message',
  recurring: 'recurs',
};

/** What is to come of itself, the earliest first. */
export function TimerList() {
  const { context } = useRoute().query;
  const asked = context === undefined ? {} : { context };
  const { answer, error, reload } = useQuestion('timers', asked, { everyMs: EVERY_MS });
  const mayAct = useMayAct();
  if (error !== undefined && answer === undefined)
    return <Problem error={error} onAgain={reload} />;
  if (answer === undefined) return <p className="loading">Looking what is to come …</p>;
  const { timers, isCut } = answer;
  if (timers.length === 0) return <NoTimers />;
  const byClock = timers.filter(({ isBusinessTime }) => !isBusinessTime);
  const byBusiness = timers.filter(({ isBusinessTime }) => isBusinessTime);
  const overdue = byClock.filter(({ isOverdue }) => isOverdue).length;
  return (
    <>
      {error && <Problem error={error} onAgain={reload} />}
      {!mayAct && <MayNotAct what="To fire or to cancel a timer" />}
      {byClock.length > 0 && (
        <section className="panel timers" aria-labelledby="by-clock" data-timers="clock">
          <header>
            <h2 id="by-clock">
              {countText(byClock.length)} by the clock
              {overdue > 0 && <span className="tag bad">{countText(overdue)} overdue</span>}
            </h2>
            <TimeLine timers={byClock} />
            {overdue > 0 && (
              <p className="quiet">
                What is overdue should have fired: nobody runs its context, or it is behind.
              </p>
            )}
          </header>
          <Timers timers={byClock} onActed={reload} />
        </section>
      )}
      {byBusiness.length > 0 && (
        <section className="panel timers" aria-labelledby="by-business" data-timers="business">
          <header>
            <h2 id="by-business">{countText(byBusiness.length)} by business time</h2>
            <p className="quiet">
              They wait for a time that the application says, in place of the clock’s: nobody sees
              from here how far that is.
            </p>
          </header>
          <Timers timers={byBusiness} onActed={reload} />
        </section>
      )}
      {isCut && <p className="note">There are more: these are due first.</p>}
    </>
  );
}

function Timers({
  timers,
  onActed,
}: {
  readonly timers: readonly TimerAhead[];
  readonly onActed: () => void;
}) {
  const [listed, setListed] = useState(LISTED);
  return (
    <>
      <ul className="timer-rows">
        {timers.slice(0, listed).map((timer) => (
          <TimerRow key={`${timer.context} ${timer.id}`} {...{ timer, onActed }} />
        ))}
      </ul>
      {timers.length > listed && (
        <button type="button" className="small more" onClick={() => setListed(listed + 4 * LISTED)}>
          Show more of {countText(timers.length)}
        </button>
      )}
    </>
  );
}

function TimerRow({
  timer,
  onActed,
}: {
  readonly timer: TimerAhead;
  readonly onActed: () => void;
}) {
  const { context, kind, owner, name, key, due, isBusinessTime, isOverdue, id } = timer;
  return (
    <li data-timer={id} data-context={context} data-overdue={isOverdue || undefined}>
      <span className="timer-due">
        <DueAt {...{ due, isBusinessTime }} />
      </span>
      <span className="timer-name">
        <strong>{name}</strong>{' '}
        {kind === 'process' ? (
          <Link className="mono" href={hrefTo('processes', [owner, key], { context })}>
            {key}
          </Link>
        ) : (
          <span className="mono">{key}</span>
        )}
        <span className="quiet timer-about">
          {context}
          {kind === 'process' ? ` · ${owner}` : ` · ${KINDS[kind]}`}
        </span>
      </span>
      <TimerActs timer={timer} onActed={onActed} />
    </li>
  );
}

function NoTimers() {
  return (
    <Empty title="No timer is set">
      <p>
        A process manager sets timers for what should happen, or should be done about it when it
        does not; a message can be published for later, and something may recur. Each would stand
        here until it fires: once, also when nothing ran at the time that it was due.
      </p>
    </Empty>
  );
}
