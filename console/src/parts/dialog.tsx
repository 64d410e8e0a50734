import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react';
import './dialog.css';
import './panel.css';

/** A question to whoever looks, before anything else. Escape closes it, unless it is held open. */
export function Dialog({
  title,
  onClose,
  isHeld = false,
  isWide = false,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  /** What goes on inside is not to be left by accident. */
  readonly isHeld?: boolean;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Before it is taken away: only then it gives the focus back to where it was.
    return () => dialog?.close();
  }, []);
  // What had the focus may be gone, as a form is when it is sent.
  useEffect(() => {
    const dialog = element.current;
    if (dialog !== null && !dialog.contains(document.activeElement)) dialog.focus();
  });
  return (
    <dialog
      ref={element}
      className={isWide ? 'dialog wide' : 'dialog'}
      tabIndex={-1}
      aria-labelledby={titleId}
      onKeyDown={(pressed) => {
        if (pressed.key === 'Escape' && isHeld) pressed.preventDefault();
      }}
      onCancel={(cancel) => {
        if (cancel.target !== element.current) return;
        cancel.preventDefault();
        if (!isHeld) onClose();
      }}
      // A browser closes it all the same when it is asked twice.
      onClose={() => {
        if (element.current === null) return;
        if (isHeld) element.current.showModal();
        else onClose();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
