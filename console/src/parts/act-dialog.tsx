import { type ReactNode, useState } from 'react';
import type { Left } from '../../../src/console/api.ts';
import type { AskError } from '../api/ask.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { WhyField } from './why-field.tsx';

/** One thing to be done, with a reason: what it will do is said inside, and then what became of it. */
export function ActDialog({
  title,
  verb,
  isDangerous = false,
  onAct,
  onClose,
  children,
}: {
  readonly title: string;
  /** What its button says. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  readonly onAct: (why: string) => Promise<Left>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const [why, setWhy] = useState('');
  const [isActing, setActing] = useState(false);
  const [left, setLeft] = useState<Left>();
  const [error, setError] = useState<AskError>();
  const submit = async (): Promise<void> => {
    setActing(true);
    setError(undefined);
    try {
      const answer = await onAct(why.trim());
      if (answer.outcome.state === 'done') onClose();
      else setLeft(answer);
    } catch (problem) {
      setError(problem as AskError);
    } finally {
      setActing(false);
    }
  };
  if (left !== undefined)
    return (
      <Dialog title={title} onClose={onClose}>
        <div className="stack">
          <Outcome left={left} />
          <div className="buttons">
            <button type="button" className="main" onClick={onClose}>
              Close
            </button>
          </div>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={title} onClose={onClose} isHeld={isActing}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          void submit();
        }}
      >
        {children}
        <WhyField value={why} onChange={setWhy} />
        {error && <Problem error={error} />}
        <div className="buttons">
          <button type="button" disabled={isActing} onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className={isDangerous ? 'danger' : 'main'}
            disabled={isActing || why.trim() === ''}
          >
            {isActing ? 'Asking …' : verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Outcome({ left: { outcome } }: { readonly left: Left }) {
  if (outcome.state === 'refused')
    return (
      <p className="warning" role="alert">
        It was not done: {outcome.why}
      </p>
    );
  return (
    <p role="status">
      It is asked for, and nobody has answered yet. Whoever runs the context takes it up: now, or at
      the next start.
    </p>
  );
}
