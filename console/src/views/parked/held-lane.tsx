import type { HeldBehind } from '../../../../src/inspection/parked-details.ts';
import { Link } from '../../parts/link.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';

/** The lane of a key, up close: what is parked in front, and what waits behind it, in order. */
export function HeldLane({
  held,
  type,
  recordKey,
}: {
  readonly held: HeldBehind;
  readonly type: string | null;
  readonly recordKey: string;
}) {
  const more = held.count - held.first.length;
  return (
    <section className="held-lane" aria-label="What is held behind it">
      <ol>
        <li className="is-parked">
          <strong>{type ?? 'this record'}</strong>
          <span>parked</span>
        </li>
        {held.first.map(({ recordId, type: heldType }) => (
          <li key={recordId} data-record={recordId}>
            <Link href={hrefTo('trace', [recordId])}>{heldType ?? 'not in the log any more'}</Link>
            <span>held</span>
          </li>
        ))}
        {more > 0 && (
          <li className="is-more">
            {held.isCut ? 'at least ' : ''}
            {countText(more)} more
          </li>
        )}
      </ol>
      <p className="quiet">
        {held.count === 0
          ? `Nothing is held behind it: no later record of ${recordKey === '' ? 'this key' : recordKey} has come.`
          : `${countText(held.count)} later ${held.count === 1 ? 'record' : 'records'} of ${recordKey} ${held.count === 1 ? 'waits' : 'wait'}, so that they stay in order. All other keys go on.`}
      </p>
    </section>
  );
}
