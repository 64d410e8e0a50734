import type { TracedRecord, TracedWait } from '../../../../src/inspection/action-trace.ts';
import type { NotReached } from '../../../../src/inspection/not-reached.ts';
import { Link } from '../../parts/link.tsx';
import { DetailsHead, Fact, Handled } from '../../parts/record-details.tsx';
import { When } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import { notReachedText, waitText } from './trace-rows.ts';

/** Something that is not done: with whom, since when, why, and where it can be decided about. */
export function WaitDetails({
  wait,
  onClose,
}: {
  readonly wait: TracedWait;
  readonly onClose: () => void;
}) {
  const { context, subscription, key, recordId, kind, since, due, attempts, error } = wait;
  const isParked = kind === 'parked';
  return (
    <section className="record-details" aria-label={`What waits: ${subscription}`}>
      <DetailsHead title={subscription} of="what waits" context={context} onClose={onClose}>
        {waitText(wait)}
      </DetailsHead>
      {error !== null && <p className="wait-error">{error}</p>}
      {isParked && (
        <p>
          <Link href={hrefTo('parked', [recordId], { context, subscription, key })}>
            Decide about it: redrive or discard
          </Link>
        </p>
      )}
      <dl>
        <Fact name="Waits since">
          <When at={since} />
        </Fact>
        {due !== null && (
          <Fact name={kind === 'timer' ? 'Due' : 'Next try'}>
            <When at={due} />
          </Fact>
        )}
        {kind !== 'timer' && <Fact name="Attempts">{attempts}</Fact>}
        <Fact name="Key">{key}</Fact>
        {kind !== 'timer' && (
          <Fact name="Record">
            <Link href={hrefTo('trace', [recordId])} className="mono">
              {recordId}
            </Link>
          </Fact>
        )}
      </dl>
      {kind !== 'timer' && <Handled id={recordId} />}
    </section>
  );
}

/** Somebody who has not come to a record yet, and why. */
export function NotReachedDetails({
  reader,
  record,
  onClose,
}: {
  readonly reader: NotReached;
  readonly record: TracedRecord;
  readonly onClose: () => void;
}) {
  const { context, subscription } = reader;
  return (
    <section className="record-details" aria-label={`What waits: ${subscription}`}>
      <DetailsHead title={subscription} of="what waits" context={context} onClose={onClose}>
        {notReachedText(reader)}
      </DetailsHead>
      <dl>
        <Fact name="Record">{record.type}</Fact>
        <Fact name="Waits since">
          <When at={record.recordedAt} />
        </Fact>
      </dl>
      <Handled id={record.id} />
      <p>
        <Link href={hrefTo('subscriptions', [], { context, subscription })}>
          See how far {subscription} is
        </Link>
      </p>
    </section>
  );
}
