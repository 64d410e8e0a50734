import { useMemo } from 'react';
import type { StateAt } from '../../../../src/inspection/state-at.ts';
import type { FieldChange } from '../../../../src/message/field-changes.ts';
import { Link } from '../../parts/link.tsx';
import { type FieldMark, Leaf, Payload } from '../../parts/payload.tsx';
import { When, countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';

/** So many changes are listed: more are seen in the state itself. */
const CHANGES_MAX = 200;

/** The event of a version, what it changed, and the state that it has left. */
export function StreamState({
  state,
  isOld,
}: {
  readonly state: StateAt;
  /** The one that is asked for is on its way. */
  readonly isOld: boolean;
}) {
  const { event, changes, isMasked, problem } = state;
  const marks = useMemo(() => marksOf(changes), [changes]);
  return (
    <div className="moment-parts" aria-busy={isOld}>
      {isMasked && (
        <p className="masked-note" role="note">
          Personal fields are masked before the state is made of the events: what is made of them
          here is not the real state.
        </p>
      )}
      {problem !== null && (
        <p className="state-problem" role="note">
          {problem}
        </p>
      )}
      <section className="moment-changes" aria-label="What it changed">
        <h2>
          Changed <span className="quiet">by this event</span>
        </h2>
        <Changes changes={changes} isFirst={event === null} />
      </section>
      <section aria-label="The event">
        <h2>
          {event === null ? 'No event' : event.type}{' '}
          {event && <span className="quiet">version {event.version}</span>}
        </h2>
        {event === null ? (
          <p className="quiet">This is the state that every instance begins with.</p>
        ) : (
          <>
            <p className="quiet">
              occurred <When at={event.occurredAt} /> ·{' '}
              <Link href={hrefTo('trace', [event.id])}>what caused it, and what it caused</Link>
            </p>
            <Payload key={event.id} value={event.data} of="the event's data" />
          </>
        )}
      </section>
      <section aria-label="The state">
        <h2>
          State <span className="quiet">after version {state.version}</span>
        </h2>
        {(problem === null || state.state !== null) && (
          <Payload value={state.state} of="the state" marks={marks} />
        )}
      </section>
    </div>
  );
}

function marksOf(changes: readonly FieldChange[]): ReadonlyMap<string, FieldMark> {
  return new Map(
    changes.flatMap(({ path, kind }) => (kind === 'removed' ? [] : [[path, kind] as const])),
  );
}

function Changes({
  changes,
  isFirst,
}: {
  readonly changes: readonly FieldChange[];
  readonly isFirst: boolean;
}) {
  if (changes.length === 0)
    return (
      <p className="quiet">{isFirst ? 'Nothing has happened yet.' : 'Nothing of the state.'}</p>
    );
  return (
    <>
      <ul className="changes" tabIndex={0} aria-label="Changes">
        {changes.slice(0, CHANGES_MAX).map((change) => (
          <li key={change.path} data-change={change.kind}>
            <code className="change-path">{change.path === '' ? 'all of it' : change.path}</code>
            <span className="change-values">
              {change.kind !== 'added' && <Value sign="−" words="before" value={change.before} />}
              {change.kind !== 'removed' && <Value sign="+" words="after" value={change.after} />}
            </span>
          </li>
        ))}
      </ul>
      {changes.length > CHANGES_MAX && (
        <p className="quiet">and {countText(changes.length - CHANGES_MAX)} more</p>
      )}
    </>
  );
}

function Value({
  sign,
  words,
  value,
}: {
  readonly sign: string;
  readonly words: 'before' | 'after';
  readonly value: unknown;
}) {
  return (
    <span className={`change-${words}`}>
      <span role="img" aria-label={words === 'before' ? 'removed' : 'added'}>
        {sign}
      </span>
      <Leaf value={value} />
    </span>
  );
}
