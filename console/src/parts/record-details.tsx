import { type ReactNode, useEffect, useState } from 'react';
import type { ShownRecord } from '../../../src/inspection/shown-record.ts';
import { stateText } from '../../../src/inspection/why-state-text.ts';
import { useQuestion } from '../api/use-question.ts';
import { hrefTo } from '../route.ts';
import { ContextMark } from './context-mark.tsx';
import { CopyButton } from './copy-button.tsx';
import { DIRECTION_WORDS, DirectionSign } from './direction.tsx';
import { LevelSign } from './level.tsx';
import { Link } from './link.tsx';
import { Payload } from './payload.tsx';
import { Problem } from './problem.tsx';
import { When, spanText } from './times.tsx';
import './record-details.css';

/** Who only passes a record asks nothing about it. */
const REST_MS = 250;

/** All that is known of a record: its data, where it stands, what it belongs to, who has handled it. */
export function RecordDetails({
  record,
  data = <Payload value={record.data} of="the data" />,
  onClose,
}: {
  readonly record: ShownRecord;
  /** In place of its own: the data of a record may come later than the rest of it. */
  readonly data?: ReactNode;
  readonly onClose: () => void;
}) {
  const { context, direction, type, stream, version } = record;
  const travelled = Date.parse(record.recordedAt) - Date.parse(record.occurredAt);
  return (
    <section className="record-details" aria-label={`Record ${type}`} data-record={record.id}>
      <DetailsHead
        title={
          <>
            <DirectionSign direction={direction} /> {type}
          </>
        }
        of="the record"
        context={context}
        onClose={onClose}
      >
        {DIRECTION_WORDS[direction]}
        {record.source !== context && <> from {record.source}</>}
      </DetailsHead>
      {data}
      <dl>
        {stream !== null && (
          <Fact name="Stream">
            <Link href={hrefTo('log', [stream], { context, version: String(version ?? '') })}>
              {stream}
            </Link>{' '}
            at version {version}
          </Fact>
        )}
        <Fact name="Key">
          <Link href={hrefTo('log', [], { key: record.key })}>{record.key}</Link>
        </Fact>
        <Fact name="Recorded">
          <When at={record.recordedAt} />
        </Fact>
        <Fact name="Occurred">
          <When at={record.occurredAt} />
          {travelled > 0 && <span className="quiet"> {spanText(travelled)} before</span>}
        </Fact>
        <Fact name="Position">{record.position.toLocaleString('en-US')}</Fact>
        <Fact name="Schema">version {record.schemaVersion}</Fact>
        <Fact name="Id">
          <Id id={record.id} of="the id" />
        </Fact>
        <Fact name="Caused by">
          <Id id={record.causationId} of="the causation id" isLink />
        </Fact>
        <Fact name="Action">
          <Id id={record.correlationId} of="the correlation id" isLink />
        </Fact>
      </dl>
      <Handled id={record.id} />
    </section>
  );
}

/** What the details are of, in which context, and the button that closes them. */
export function DetailsHead({
  title,
  of,
  context,
  children,
  onClose,
}: {
  readonly title: ReactNode;
  /** For those who do not see what the button belongs to. */
  readonly of: string;
  readonly context: string;
  readonly children: ReactNode;
  readonly onClose: () => void;
}) {
  return (
    <header>
      <h2>{title}</h2>
      <button type="button" className="close" aria-label={`Close ${of}`} onClick={onClose}>
        ✕
      </button>
      <p className="quiet">
        <ContextMark name={context} /> · {children}
      </p>
    </header>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Id({
  id,
  of,
  isLink = false,
}: {
  readonly id: string;
  readonly of: string;
  readonly isLink?: boolean;
}) {
  return (
    <span className="record-id">
      {isLink ? (
        <Link href={hrefTo('trace', [id])} className="mono">
          {id}
        </Link>
      ) : (
        <code>{id}</code>
      )}
      <CopyButton text={id} of={of} />
    </span>
  );
}

/** Why a record has, or has not, been handled by those that listen. */
export function Handled({ id }: { readonly id: string }) {
  const [rested, setRested] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setRested(id), REST_MS);
    return () => clearTimeout(timer);
  }, [id]);
  const { answer, error, reload } = useQuestion('why', rested === id ? { id } : undefined);
  return (
    <section className="handled" aria-label="Who has handled it">
      <h3>Has it been handled?</h3>
      {error && <Problem error={error} onAgain={reload} />}
      {error === undefined && answer === undefined && <p className="quiet">Asking …</p>}
      {answer?.answers.length !== 1 && <p>{answer?.summary}</p>}
      <ul>
        {answer?.answers.map((each) => (
          <li key={`${each.context} ${each.subscription} ${each.recordId}`}>
            <LevelSign level={each.level} />
            <div>
              <Subscription {...each} /> <span className="quiet">{stateText(each)}</span>
              {each.next !== null && <p className="next">{each.next}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Subscription({ context, subscription, recordId, state }: Parameters<typeof stateText>[0]) {
  const name = (
    <>
      {subscription} <span className="quiet">of {context}</span>
    </>
  );
  if (state.is !== 'parked') return <span>{name}</span>;
  const query = { context, subscription, key: state.key };
  return <Link href={hrefTo('parked', [recordId], query)}>{name}</Link>;
}
