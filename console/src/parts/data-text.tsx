import './data-text.css';

/** JSON as text: it comes from anywhere, and is never taken for markup. */
export function DataText({ data, label }: { readonly data: unknown; readonly label: string }) {
  return (
    <pre className="data-text" tabIndex={0} role="region" aria-label={label}>
      {typeof data === 'string' ? data : JSON.stringify(data, null, 2)}
    </pre>
  );
}
