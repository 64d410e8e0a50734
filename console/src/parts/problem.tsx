import type { AskError } from '../api/ask.ts';

/** What went wrong, and what to do about it. */
export function Problem({
  error,
  onAgain,
}: {
  readonly error: AskError;
  readonly onAgain?: () => void;
}) {
  return (
    <div className="problem" role="alert">
      <p>{error.message}</p>
      {error.status === 401 ? (
        <button type="button" onClick={() => location.reload()}>
          Enter the token
        </button>
      ) : (
        onAgain && (
          <button type="button" onClick={onAgain}>
            Try again
          </button>
        )
      )}
    </div>
  );
}
