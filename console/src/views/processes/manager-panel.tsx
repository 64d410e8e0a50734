import { useId, useState } from 'react';
import type { FoundInstance, ManagerFound } from '../../../../src/inspection/found-processes.ts';
import { Link } from '../../parts/link.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { DueAt } from './due-in.tsx';
import { StatusBar } from './status-bar.tsx';
import { statusField, statusOf } from './status-field.ts';

/** So many instances are listed at first, and more each time. */
const LISTED = 25;

/** One process manager: where its instances stand, and each of them. */
export function ManagerPanel({
  manager,
  wanted,
}: {
  readonly manager: ManagerFound;
  /** Only keys that this is a part of. */
  readonly wanted: string;
}) {
  const { context, process, startedBy, timers, count, instances, isCut } = manager;
  const [status, setStatus] = useState<string>();
  const [listed, setListed] = useState(LISTED);
  const id = useId();
  const field = statusField(instances);
  const shown = instances
    .filter(({ key }) => key.includes(wanted))
    .filter((instance) => status === undefined || statusOf(instance, field) === status);
  return (
    <section
      className="panel manager"
      aria-labelledby={id}
      data-context={context}
      data-process={process}
    >
      <header>
        <div className="manager-title">
          <h2 id={id}>{process}</h2>
          <span className="manager-count">
            <strong>{countText(count)}</strong> {count === 1 ? 'goes' : 'go'} on
          </span>
        </div>
        <p className="about quiet">
          {context} · started by {startedBy.join(', ')}
          {timers.length > 0 && ` · timers ${timers.join(', ')}`} ·{' '}
          <Link href={hrefTo('subscriptions', [context, process])}>how far it is</Link>
        </p>
        {field !== undefined && instances.length > 0 && (
          <StatusBar {...{ instances, field, status, isCut }} onChoose={setStatus} />
        )}
      </header>
      {count === 0 && (
        <p className="panel-text quiet">
          None goes on now. One begins with {startedBy.join(', or ')}, and is gone when it is
          complete.
        </p>
      )}
      {count > 0 && shown.length === 0 && (
        <p className="panel-text quiet">None of these is “{wanted === '' ? status : wanted}”.</p>
      )}
      {shown.length > 0 && (
        <ul className="instances">
          {shown.slice(0, listed).map((instance) => (
            <InstanceRow key={instance.key} {...{ manager, instance, field }} />
          ))}
        </ul>
      )}
      {shown.length > listed && (
        <button type="button" className="small more" onClick={() => setListed(listed + 4 * LISTED)}>
          Show more of {countText(shown.length)}
          {isCut && ` (${countText(count)} go on: find others by their key)`}
        </button>
      )}
    </section>
  );
}

function InstanceRow({
  manager: { context, process, time },
  instance,
  field,
}: {
  readonly manager: ManagerFound;
  readonly instance: FoundInstance;
  readonly field: string | undefined;
}) {
  const { key, timers } = instance;
  const [next] = Object.entries(timers).toSorted(([, a], [, b]) => (a < b ? -1 : 1));
  return (
    <li data-key={key}>
      <Link className="mono" href={hrefTo('processes', [process, key], { context })}>
        {key}
      </Link>
      <span className="instance-status">{statusOf(instance, field)}</span>
      <span className="instance-next quiet">
        {next !== undefined && (
          <>
            {next[0]} <DueAt due={next[1]} isBusinessTime={time === 'business'} />
          </>
        )}
      </span>
    </li>
  );
}
