import { ContextChoice } from '../../parts/context-choice.tsx';
import { Link } from '../../parts/link.tsx';
import '../../parts/panel.css';
import { hrefTo, useRoute } from '../../route.ts';
import { InstancePage } from './instance-page.tsx';
import { Managers } from './managers.tsx';
import { TimerList } from './timer-list.tsx';
import './processes.css';

/** What goes on over many events, and what is to come of itself: process managers, and timers. */
export function ProcessesView() {
  const { path, query } = useRoute();
  const [first, key] = path;
  const { context } = query;
  if (first !== undefined && key !== undefined)
    return <InstancePage key={`${context} ${first} ${key}`} process={first} instance={key} />;
  const isTimers = first === 'timers';
  return (
    <>
      <div className="view-head">
        <h1>Processes &amp; timers</h1>
        <nav className="view-tabs" aria-label="Process managers and timers">
          <Link
            href={hrefTo('processes', [], { context })}
            aria-current={isTimers ? undefined : 'page'}
          >
            Processes
          </Link>
          <Link
            href={hrefTo('processes', ['timers'], { context })}
            aria-current={isTimers ? 'page' : undefined}
          >
            Timers
          </Link>
        </nav>
        <div className="tools">
          <ContextChoice />
        </div>
      </div>
      {isTimers ? <TimerList /> : <Managers />}
    </>
  );
}
