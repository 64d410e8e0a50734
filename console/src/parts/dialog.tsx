import { type ReactNode, useEffect, useId, useRef } from 'react';
import './dialog.css';

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
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={isWide ? 'dialog wide' : 'dialog'}
      aria-labelledby={titleId}
      // A browser may close it all the same when it is asked twice.
      onKeyDown={(pressed) => {
        if (pressed.key === 'Escape' && isHeld) pressed.preventDefault();
      }}
      onCancel={(cancel) => {
        if (cancel.target !== element.current) return;
        cancel.preventDefault();
        if (!isHeld) onClose();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}
