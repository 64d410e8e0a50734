import { useEffect, useState } from 'react';
import { useQuestion } from '../../api/use-question.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useRoute } from '../../route.ts';
import { ActionChoice } from './action-choice.tsx';
import { ActionPicture } from './action-picture.tsx';
import { isUnderWay } from './action-state.ts';
import { NewestActions } from './newest-actions.tsx';

/** So often is asked again while something is not done. */
const EVERY_MS = 2_000;

/** What an id stands for: drawn; or else what has it as its key, or its type. */
export function Traced({ id }: { readonly id: string }) {
  const { query } = useRoute();
  const [isOpen, setIsOpen] = useState(false);
  const often = isOpen ? { everyMs: EVERY_MS } : {};
  const { answer, error, reload } = useQuestion('trace', { id }, often);
  useEffect(() => {
    if (answer !== undefined) setIsOpen(answer.actions.some(isUnderWay));
  }, [answer]);
  if (answer === undefined) {
    if (error?.code === 'nothing-found') return <ByKeyOrType text={id} />;
    return error ? (
      <Problem error={error} onAgain={reload} />
    ) : (
      <p className="loading">Loading …</p>
    );
  }
  const { as, actions, moreActions } = answer;
  const chosen = actions.find(({ correlationId }) => correlationId === query['action']);
  const action = chosen ?? actions.find(isUnderWay) ?? actions.at(-1);
  if (action === undefined)
    return (
      <Empty title="That command changed nothing">
        <p>It was handled, and nothing had to be recorded: there is nothing to draw.</p>
      </Empty>
    );
  return (
    <>
      {error && <Problem error={error} onAgain={reload} />}
      {actions.length > 1 && (
        <ActionChoice id={id} actions={actions} more={moreActions} chosen={action} />
      )}
      <ActionPicture
        key={action.correlationId}
        action={action}
        record={as === 'record' ? id : undefined}
      />
    </>
  );
}

function ByKeyOrType({ text }: { readonly text: string }) {
  const byKey = useQuestion('records', { key: text, limit: '1' });
  if (byKey.error) return <Problem error={byKey.error} onAgain={byKey.reload} />;
  if (byKey.answer === undefined) return <p className="loading">Loading …</p>;
  const isKey = byKey.answer.records.length > 0;
  return (
    <NewestActions
      title={isKey ? `Actions with the key ${text}` : `Actions with ${text}`}
      isPart
      asked={isKey ? { key: text } : { types: text }}
      none={<NothingOfThat text={text} />}
    />
  );
}

function NothingOfThat({ text }: { readonly text: string }) {
  return (
    <Empty title={`Nothing is known of “${text}”`}>
      <p>
        It is no record, correlation or command id, no stream, and no key or type of the newest
        100,000 records of any context. A stream is written as <code>order/536365</code>, a type as{' '}
        <code>OrderPlaced</code> or, where it is published, <code>ordering.OrderPlaced</code>.
      </p>
    </Empty>
  );
}
