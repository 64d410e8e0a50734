import type { SeenFlows } from '../../../../src/inspection/seen-flows.ts';
import { Link } from '../../parts/link.tsx';
import { When, countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';

/** Where what is declared and what is in the logs differ. */
export function SeenLists({
  seen,
  context,
  unheard = [],
}: {
  readonly seen: SeenFlows | undefined;
  /** Of one context only. */
  readonly context?: string;
  readonly unheard?: readonly { readonly context: string; readonly contract: string }[];
}) {
  if (seen === undefined) return null;
  const isMine = (each: { readonly context: string }): boolean =>
    context === undefined || each.context === context;
  const unseen = seen.unseen.filter(isMine);
  const undeclared = seen.undeclared.filter(isMine);
  return (
    <div className="map-lists">
      <section className="map-section" data-list="unseen">
        <h2>Declared and never seen</h2>
        <p className="quiet">
          {unseen.length === 0
            ? 'Every contract that is declared was seen.'
            : 'The wiring has these, and no record of them was found: they are new, or rare, or nobody does it any more.'}
        </p>
        <ul>
          {[...Map.groupBy(unseen, ({ contract }) => contract)].map(([contract, places]) => (
            <li key={contract} data-contract={contract}>
              <Link href={hrefTo('contracts', [contract])}>{contract}</Link>{' '}
              <span className="quiet">
                {places
                  .map(({ context: of, direction }) =>
                    direction === 'outgoing' ? `published by ${of}` : `taken in by ${of}`,
                  )
                  .join(', ')}
              </span>
            </li>
          ))}
        </ul>
        <LookedThrough seen={seen} />
      </section>
      <section className="map-section" data-list="undeclared">
        <h2>Seen and undeclared</h2>
        <p className="quiet">
          {undeclared.length === 0
            ? 'Nothing is in the logs that the wiring does not know.'
            : 'These are in the log, and the wiring does not know them (any more): nothing listens to them.'}
        </p>
        <ul>
          {undeclared.map(({ context: of, direction, aggregate, type, count, recordedAt }) => (
            <li key={`${of} ${direction} ${aggregate} ${type}`}>
              <Link href={hrefTo('log', [], { context: of, types: type })}>
                {aggregate === null ? type : `${aggregate}/${type}`}
              </Link>{' '}
              <span className="quiet">
                {direction} in {of}, {countText(count)} times, last <When at={recordedAt} />
              </span>
            </li>
          ))}
        </ul>
      </section>
      {unheard.length > 0 && (
        <section className="map-section" data-list="unheard">
          <h2>Published, and nobody listens</h2>
          <p className="quiet">No context here takes these in. Others may, over a broker.</p>
          <ul>
            {unheard.map(({ context: of, contract }) => (
              <li key={`${of} ${contract}`}>
                <Link href={hrefTo('contracts', [contract])}>{contract}</Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Not seen in the newest records is not the same as not there. */
function LookedThrough({ seen }: { readonly seen: SeenFlows }) {
  const part = seen.looked.filter(({ isAll }) => !isAll);
  if (part.length === 0) return null;
  return (
    <p className="quiet">
      Of {part.map(({ context }) => context).join(', ')} only the newest{' '}
      {countText(Math.max(...part.map(({ records }) => records)))} records were looked through:
      older ones may be there.
    </p>
  );
}
