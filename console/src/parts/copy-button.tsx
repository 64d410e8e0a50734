import { useEffect, useState } from 'react';

/** How long it says that it has copied. */
const SAID_MS = 1_500;

/** Copies a text, and says so. */
export function CopyButton({ text, of }: { readonly text: string; readonly of: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      className="copy"
      aria-label={`Copy ${of}`}
      title={`Copy ${of}`}
      onClick={() => void copied(text).then(setIsCopied)}
    >
      {isCopied ? (
        <span role="status">copied</span>
      ) : (
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1" />
        </svg>
      )}
    </button>
  );
}

async function copied(text: string): Promise<boolean> {
  // Only where the page is served by https, or from this machine.
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand('copy');
  area.remove();
  return isDone;
}
