import { useState } from 'react';
import { Payload } from '../../parts/payload.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { editedOf, maskedFields } from './edited-data.ts';

/** A copy of what a record says, to be changed: the original stands beside it, and stays. */
export function EditDialog({
  original,
  before,
  onEdited,
  onClose,
}: {
  readonly original: unknown;
  /** What it is tried with until now: an earlier copy, or the original. */
  readonly before: unknown;
  readonly onEdited: (data: unknown) => void;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(before, null, 2));
  const edited = editedOf(before, text);
  const masked = maskedFields(before);
  const lines = Math.min(24, Math.max(8, text.split('\n').length + 1));
  return (
    <Dialog title="Edit a copy" onClose={onClose} isWide>
      <form
        data-dialog="edit"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if (edited.kind === 'edited') onEdited(edited.data);
        }}
      >
        <p className="quiet">
          The record itself is a fact, and stays as it is. The copy is handled in its place, and
          kept beside it with who made it and why.
        </p>
        {masked.length > 0 && (
          <p className="note">
            {masked.join(', ')}: personal, and masked for you. Who may not see it may not change it;
            leave it as it stands.
          </p>
        )}
        <div className="edit-columns">
          <label className="field">
            <span>The copy</span>
            <textarea
              className="mono"
              name="copy"
              rows={lines}
              spellCheck={false}
              value={text}
              aria-invalid={edited.kind === 'wrong'}
              aria-describedby="edit-says"
              onChange={({ target }) => setText(target.value)}
            />
          </label>
          <div className="field">
            <span>The original</span>
            <Payload value={original} of="the original" />
          </div>
        </div>
        <p
          id="edit-says"
          className={edited.kind === 'wrong' ? 'edit-wrong' : 'quiet'}
          aria-live="polite"
        >
          {edited.kind === 'wrong'
            ? edited.why
            : edited.kind === 'same'
              ? 'Nothing is changed yet.'
              : 'That is JSON. Whether the handler takes it shows when it is tried.'}
        </p>
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="main" disabled={edited.kind !== 'edited'}>
            Redrive with it …
          </button>
        </div>
      </form>
    </Dialog>
  );
}
