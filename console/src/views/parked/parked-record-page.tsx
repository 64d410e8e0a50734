import { useState } from 'react';
import type { EditedData, ParkedDetails } from '../../../../src/inspection/parked-details.ts';
import { useMayAct } from '../../api/about.tsx';
import { useQuestion } from '../../api/use-question.ts';
import { Ago } from '../../parts/ago.tsx';
import { Payload } from '../../parts/payload.tsx';
import { DirectionSign } from '../../parts/direction.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { MayNotAct } from '../../parts/may-not-act.tsx';
import { Problem } from '../../parts/problem.tsx';
import { When } from '../../parts/times.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { DecideDialog, type Decision } from './decide-dialog.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { HeldLane } from './held-lane.tsx';
import { type Target, targetOf } from './target.ts';

/** One parked record: why, what it says, what waits behind it, and what can be done. */
export function ParkedRecordPage({ id }: { readonly id: string }) {
  const { query } = useRoute();
  const { context, subscription, key } = query;
  const asked = { id, ...given({ context, subscription, key }) };
  const { answer, error, reload } = useQuestion('parked-record', asked);
  return (
    <>
      <p className="crumbs">
        <Link href={hrefTo('parked', [], { context })}>Parked</Link>
        {answer && ` / ${answer.subscription}`}
      </p>
      {error?.code === 'nothing-found' ? (
        <NotParked id={id} />
      ) : (
        error && <Problem error={error} onAgain={reload} />
      )}
      {error === undefined && answer === undefined && <p className="loading">Looking it up …</p>}
      {answer && error === undefined && <Details details={answer} onDecided={reload} />}
    </>
  );
}

function given(of: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(of).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}

function NotParked({ id }: { readonly id: string }) {
  return (
    <Empty title="It is not parked any more">
      <p>
        It was handled, or discarded.{' '}
        <Link href={hrefTo('trace', [id])}>See what became of it</Link>, or{' '}
        <Link href={hrefTo('parked', [], { tab: 'audit' })}>who has done what</Link>.
      </p>
    </Empty>
  );
}

function Details({
  details,
  onDecided,
}: {
  readonly details: ParkedDetails;
  readonly onDecided: () => void;
}) {
  const { context, subscription, key, error, attempts, since, record, where, held } = details;
  return (
    <article
      className="parked-page"
      data-record={details.recordId}
      data-context={context}
      data-subscription={subscription}
    >
      <header className="parked-head">
        <h1>{error?.name ?? 'Parked'}</h1>
        <Acts details={details} onDecided={onDecided} />
      </header>
      <div className="error-box">
        {error?.code !== null && error !== null && <code>{error.code}</code>}
        <p>{error?.message ?? 'Nothing is known of why.'}</p>
        {error?.stack && (
          <details className="folded">
            <summary>Where it was thrown</summary>
            <pre className="stack-text" tabIndex={0}>
              {error.stack}
            </pre>
          </details>
        )}
      </div>
      <HeldLane {...{ held, recordKey: key, type: record?.type ?? null }} />
      <div className="parked-columns">
        <section className="panel" aria-labelledby="parked-where">
          <header>
            <h2 id="parked-where">Where it waits</h2>
          </header>
          <dl className="facts">
            <dt>subscription</dt>
            <dd>
              {context} ·{' '}
              <Link href={hrefTo('subscriptions', [context, subscription])}>{subscription}</Link>
            </dd>
            <dt>key</dt>
            <dd className="mono">{key === '' ? '(no key)' : key}</dd>
            <dt>tries</dt>
            <dd>{attempts}</dd>
            <dt>parked</dt>
            <dd>
              <Ago at={since} />, at <When at={since} />
            </dd>
            <dt>action</dt>
            <dd>
              <Link href={hrefTo('trace', [details.correlationId])}>
                See all that belongs to it
              </Link>
            </dd>
            {where === 'border' && (
              <>
                <dt>where</dt>
                <dd>At the border: it was not taken in yet, and has no place in the log.</dd>
              </>
            )}
          </dl>
        </section>
        <RecordPanel details={details} />
        {details.edited !== null && <EditedPanel edited={details.edited} />}
      </div>
    </article>
  );
}

function RecordPanel({
  details: { context, record, recordId },
}: {
  readonly details: ParkedDetails;
}) {
  if (record === null)
    return (
      <section className="panel" aria-labelledby="parked-record">
        <header>
          <h2 id="parked-record">The record</h2>
        </header>
        <p className="panel-text quiet">It is not in the log any more.</p>
      </section>
    );
  const { type, schemaVersion, direction, occurredAt, source, position, stream, version } = record;
  return (
    <section className="panel" aria-labelledby="parked-record">
      <header>
        <h2 id="parked-record">
          <DirectionSign direction={direction} /> {type}{' '}
          <span className="tag">v{schemaVersion}</span>
        </h2>
      </header>
      <dl className="facts">
        <dt>{direction}</dt>
        <dd>
          {direction === 'incoming' && `from ${source}, `}
          {position > 0 ? `position ${position}` : 'without a position'}
        </dd>
        {stream !== null && (
          <>
            <dt>stream</dt>
            <dd>
              <Link href={hrefTo('log', [stream], { context, version: String(version) })}>
                {stream}
              </Link>
              , version {version}
            </dd>
          </>
        )}
        <dt>happened</dt>
        <dd>
          <When at={occurredAt} />
        </dd>
        <dt>id</dt>
        <dd className="mono">
          <Link href={hrefTo('trace', [recordId])}>{recordId}</Link>
        </dd>
      </dl>
      <Payload value={record.data} of="the data" />
    </section>
  );
}

/** What it is tried with in place of its own data. */
function EditedPanel({ edited: { data, who, why, at } }: { readonly edited: EditedData }) {
  return (
    <section className="panel" aria-labelledby="parked-edited">
      <header>
        <h2 id="parked-edited">The edited copy</h2>
        <p className="quiet">
          Tried in place of the record's own data since <When at={at} />, by {who}: {why}
        </p>
      </header>
      <Payload value={data} of="the edited copy" />
    </section>
  );
}

function Acts({
  details,
  onDecided,
}: {
  readonly details: ParkedDetails;
  readonly onDecided: () => void;
}) {
  const mayAct = useMayAct();
  const [decision, setDecision] = useState<Decision>();
  const [isEditing, setEditing] = useState(false);
  const target = targetOf(details, { ...details, heldBehind: details.held.count });
  const ofKey = useOfKey(target);
  if (!mayAct) return <MayNotAct what="To redrive, edit or discard it" />;
  const { record } = details;
  return (
    <div className="acts">
      <button
        type="button"
        className="main"
        onClick={() => setDecision({ action: 'redrive', targets: [target] })}
      >
        Redrive …
      </button>
      {ofKey.length > 1 && (
        <button type="button" onClick={() => setDecision({ action: 'redrive', targets: ofKey })}>
          Redrive the {ofKey.length} of this key …
        </button>
      )}
      {record !== null && typeof record.data === 'object' && (
        <button type="button" onClick={() => setEditing(true)}>
          Edit a copy …
        </button>
      )}
      <button
        type="button"
        className="danger"
        onClick={() => setDecision({ action: 'discard', targets: [target] })}
      >
        Discard …
      </button>
      {isEditing && record !== null && (
        <EditDialog
          original={record.data}
          before={details.edited?.data ?? record.data}
          onClose={() => setEditing(false)}
          onEdited={(data) => {
            setEditing(false);
            setDecision({ action: 'redrive', targets: [target], edited: { data } });
          }}
        />
      )}
      {decision && (
        <DecideDialog
          decision={decision}
          onClose={() => {
            setDecision(undefined);
            onDecided();
          }}
        />
      )}
    </div>
  );
}

/** All that is parked for the same key of the same subscription, this one among them. */
function useOfKey({ context, subscription, key }: Target): readonly Target[] {
  const { answer } = useQuestion('parked', { context });
  return (answer?.groups ?? [])
    .filter((group) => group.subscription === subscription)
    .flatMap((group) => group.parked.map((record) => targetOf(group, record)))
    .filter((target) => target.key === key);
}
