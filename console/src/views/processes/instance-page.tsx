import type { FoundInstance, ManagerFound } from '../../../../src/inspection/found-processes.ts';
import { useQuestion } from '../../api/use-question.ts';
import { Payload } from '../../parts/payload.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { Problem } from '../../parts/problem.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { History } from './history.tsx';
import { statusField, statusOf } from './status-field.ts';
import { TimerActs } from './timer-acts.tsx';
import { DueAt } from './due-in.tsx';

const EVERY_MS = 2_000;

/** One process that goes on: its state, its timers, and what happened since it began. */
export function InstancePage({
  process,
  instance: key,
}: {
  readonly process: string;
  readonly instance: string;
}) {
  const { context } = useRoute().query;
  const asked = { process, key, ...(context === undefined ? {} : { context }) };
  const { answer, error, reload } = useQuestion('processes', asked, { everyMs: EVERY_MS });
  const found = answer?.managers.find(({ instances }) => instances.length > 0);
  const [instance] = found?.instances ?? [];
  return (
    <>
      <p className="crumbs">
        <Link href={hrefTo('processes', [], { context })}>Processes</Link> / {process}
      </p>
      {error && <Problem error={error} onAgain={reload} />}
      {error === undefined && answer === undefined && <p className="loading">Looking it up …</p>}
      {answer !== undefined && instance === undefined && (
        <NotThere {...{ process, instance: key }} />
      )}
      {found && instance && <Instance manager={found} instance={instance} />}
    </>
  );
}

function NotThere({ process, instance }: { readonly process: string; readonly instance: string }) {
  return (
    <Empty title={`${instance} does not go on`}>
      <p>
        No “{process}” of this key goes on: it is complete, and its state is gone with it, or it has
        never begun. What happened is in the log:{' '}
        <Link href={hrefTo('log', [], { key: instance })}>see what has this key</Link>.
      </p>
    </Empty>
  );
}

function Instance({
  manager,
  instance,
}: {
  readonly manager: ManagerFound;
  readonly instance: FoundInstance;
}) {
  const { context, process } = manager;
  const status = statusOf(instance, statusField([instance]));
  return (
    <article data-context={context} data-process={process} data-key={instance.key}>
      <div className="view-head">
        <h1>{instance.key}</h1>
        {status !== undefined && <span className="tag">{status}</span>}
        <span className="quiet">
          {process}, in {context}
        </span>
      </div>
      <div className="instance-columns">
        <section className="panel" aria-labelledby="instance-state">
          <header>
            <h2 id="instance-state">State</h2>
          </header>
          {instance.isHidden ? (
            <p className="panel-text quiet">
              It is not shown: it is made of events that tell something of a person, who may be
              anywhere in it. Sign in as somebody who sees personal data.
            </p>
          ) : (
            <Payload value={instance.state} of="the state" />
          )}
        </section>
        <section className="panel" aria-labelledby="instance-timers">
          <header>
            <h2 id="instance-timers">Timers</h2>
          </header>
          <InstanceTimers manager={manager} instance={instance} />
        </section>
      </div>
      <History context={context} startedBy={instance.startedBy} />
    </article>
  );
}

function InstanceTimers({
  manager: { context, process, timers: names },
  instance: { key, timers: set },
}: {
  readonly manager: ManagerFound;
  readonly instance: FoundInstance;
}) {
  const { answer, reload } = useQuestion(
    'timers',
    { context, process, key },
    { everyMs: EVERY_MS },
  );
  if (Object.keys(set).length === 0)
    return (
      <p className="panel-text quiet">
        {names.length === 0 ? 'It sets none.' : `None is set now. It may set ${names.join(', ')}.`}
      </p>
    );
  return (
    <ul className="panel-rows">
      {(answer?.timers ?? []).map((timer) => (
        <li key={timer.id} data-timer={timer.id}>
          <div>
            <strong>{timer.name}</strong>{' '}
            <DueAt due={timer.due} isBusinessTime={timer.isBusinessTime} />
            {timer.isBusinessTime && <span className="tag">business time</span>}
          </div>
          <TimerActs timer={timer} onActed={reload} />
        </li>
      ))}
    </ul>
  );
}
