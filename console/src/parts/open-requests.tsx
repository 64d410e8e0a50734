import { useState } from 'react';
import type { OpenRequest } from '../../../src/inspection/open-requests.ts';
import { useMayAct } from '../api/about.tsx';
import { type AskError, act } from '../api/ask.ts';
import { useQuestion } from '../api/use-question.ts';
import { Ago } from './ago.tsx';
import { Problem } from './problem.tsx';

const EVERY_MS = 2_000;

/** What was asked for, and is not done yet: it can be taken back. Nothing at all where there is none. */
export function OpenRequests({ context }: { readonly context?: string | undefined }) {
  const asked = context === undefined ? {} : { context };
  const { answer, reload } = useQuestion('requests', asked, { everyMs: EVERY_MS });
  const [error, setError] = useState<AskError>();
  if (answer === undefined || answer.requests.length === 0) return null;
  const takeBack = async ({ context: of, id }: OpenRequest): Promise<void> => {
    try {
      setError(undefined);
      await act('take-back', { context: of, request: id, why: 'taken back at the console' });
    } catch (problem) {
      setError(problem as AskError);
    }
    reload();
  };
  return (
    <section className="panel open-requests" aria-label="Asked for, and not done yet">
      <header>
        <h2>Asked for, and not done yet</h2>
      </header>
      <ul className="panel-rows">
        {answer.requests.map((request) => (
          <RequestRow
            key={request.id}
            request={request}
            onTakeBack={() => void takeBack(request)}
          />
        ))}
      </ul>
      {error && <Problem error={error} />}
    </section>
  );
}

function RequestRow({
  request: { context, id, action, about, key, who, why, since },
  onTakeBack,
}: {
  readonly request: OpenRequest;
  readonly onTakeBack: () => void;
}) {
  const mayAct = useMayAct();
  return (
    <li data-request={id} data-context={context}>
      <div>
        <strong>{action}</strong> {about} {key !== null && <span className="mono">{key} </span>}
        <span className="quiet">in {context}</span>
        <p className="quiet">
          {who}, <Ago at={since} />: {why}
        </p>
      </div>
      {mayAct && (
        <button type="button" className="small" onClick={onTakeBack}>
          {action === 'rebuild' ? 'Give it up' : 'Take back'}
        </button>
      )}
    </li>
  );
}
