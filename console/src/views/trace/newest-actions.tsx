import type { ReactNode } from 'react';
import type { RecordsAsked } from '../../../../src/console/api.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { ActionList } from './action-list.tsx';
import { useFoundActions } from './use-found-actions.ts';

/** The actions of the newest records, of all or of those that are chosen. */
export function NewestActions({
  title,
  asked,
  isPart = false,
  none,
}: {
  readonly title: string;
  readonly asked: RecordsAsked;
  /** Only some records of each action are among them: nothing is said of the rest. */
  readonly isPart?: boolean;
  /** What is drawn where there are none. */
  readonly none: ReactNode;
}) {
  const { actions, error, endedEarly, older, isLoading, reload } = useFoundActions(asked);
  if (error) return <Problem error={error} onAgain={reload} />;
  if (actions === undefined) return <p className="loading">Loading …</p>;
  if (actions.length === 0 && older === undefined && !isLoading) return none;
  return (
    <section className="actions-found" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={reload}>
          Look again
        </button>
      </header>
      <ActionList actions={actions} isPart={isPart} />
      {endedEarly.length > 0 && (
        <p className="quiet">
          The last 100,000 records of {endedEarly.join(', ')} were looked through so far.
        </p>
      )}
      {older && (
        <button type="button" disabled={isLoading} onClick={older}>
          {isLoading ? 'Looking …' : 'Show older ones'}
        </button>
      )}
    </section>
  );
}

/** What an action is, where there is none yet. */
export function NoActions() {
  return (
    <Empty title="Nothing has happened yet">
      <p>
        An action begins with a command: <code>app.handle(order, id, command)</code>. The events
        that it makes, what is published of them, who takes that in, and what they do then are one
        tree: it is drawn here, with every wait between.
      </p>
    </Empty>
  );
}
