import { useState } from 'react';
import type { AuditedOperation } from '../../../../src/inspection/audit-trail.ts';
import { useQuestion } from '../../api/use-question.ts';
import { Ago } from '../../parts/ago.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { OpenRequests } from '../../parts/open-requests.tsx';
import { Payload } from '../../parts/payload.tsx';
import { Problem } from '../../parts/problem.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo, useRoute } from '../../route.ts';

const EVERY_MS = 5_000;
/** So many are shown at first, and at most so many. */
const FIRST = 100;
const MOST = 10_000;

/** What persons have done to the running system, and why. */
export function AuditList() {
  const { query } = useRoute();
  const { context } = query;
  const [limit, setLimit] = useState(FIRST);
  const asked = { limit: `${limit}`, ...(context === undefined ? {} : { context }) };
  const { answer, error, reload } = useQuestion('audit', asked, { everyMs: EVERY_MS });
  if (error !== undefined && answer === undefined)
    return <Problem error={error} onAgain={reload} />;
  if (answer === undefined) return <p className="loading">Looking up what was done …</p>;
  if (answer.operations.length === 0)
    return (
      <>
        <OpenRequests context={context} />
        <Empty title="Nobody has done anything yet">
          <p>
            Whatever a person does to the running system stands here, with who, when and why:
            redrives and discards, rebuilds, pauses, timers fired by hand. It is written in the same
            commit as what it does, so one is never there without the other.
          </p>
        </Empty>
      </>
    );
  return (
    <>
      <OpenRequests context={context} />
      <ol className="audit">
        {answer.operations.map((operation) => (
          <Operation key={`${operation.context} ${operation.id}`} operation={operation} />
        ))}
      </ol>
      {answer.isCut && limit < MOST && (
        <button type="button" onClick={() => setLimit(Math.min(limit * 4, MOST))}>
          Show older ones
        </button>
      )}
      {answer.isCut && limit >= MOST && (
        <p className="quiet">
          There is more, which is older than the last {countText(MOST)}: it is in the logs.
        </p>
      )}
    </>
  );
}

function Operation({ operation }: { readonly operation: AuditedOperation }) {
  const { context, id, at, who, action, why, subscription, key, recordId, edited, refused } =
    operation;
  return (
    <li data-operation={id} data-context={context}>
      <span className="audit-when quiet">
        <Ago at={at} />
      </span>
      <span className={`audit-action${refused === null ? '' : ' was-refused'}`}>{action}</span>
      <div className="audit-what">
        <p>
          <strong>{who}</strong>: {why}
        </p>
        <p className="quiet">
          {[context, subscription, key].filter((part) => part !== null && part !== '').join(' · ')}
          {recordId !== null && (
            <>
              {' · '}
              <Link href={hrefTo('trace', [recordId])}>what became of it</Link>
            </>
          )}
        </p>
        {edited !== null && (
          <details className="audit-edited">
            <summary>with an edited copy of its data</summary>
            <Payload value={edited.data} of="the edited copy" />
          </details>
        )}
        {refused !== null && <p className="audit-refused">Not done: {refused}</p>}
      </div>
    </li>
  );
}
