import { useState } from 'react';
import type { TimerAhead } from '../../../../src/inspection/timers-ahead.ts';
import { useMayAct } from '../../api/about.tsx';
import { act } from '../../api/ask.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';

/** Fires a timer now, or takes it back. */
export function TimerActs({
  timer,
  onActed,
}: {
  readonly timer: TimerAhead;
  readonly onActed: () => void;
}) {
  const mayAct = useMayAct();
  const [asked, setAsked] = useState<'fire-timer' | 'cancel-timer'>();
  if (!mayAct) return null;
  const { context, id, name, key } = timer;
  const isFire = asked === 'fire-timer';
  return (
    <span className="timer-acts">
      <button
        type="button"
        className="small"
        aria-label={`Fire now: ${name} of ${key}`}
        onClick={() => setAsked('fire-timer')}
      >
        Fire now
      </button>
      <button
        type="button"
        className="small"
        aria-label={`Cancel: ${name} of ${key}`}
        onClick={() => setAsked('cancel-timer')}
      >
        Cancel
      </button>
      {asked !== undefined && (
        <ActDialog
          title={isFire ? `Fire ${name} of ${key} now` : `Cancel ${name} of ${key}`}
          verb={isFire ? 'Fire now' : 'Cancel it'}
          isDangerous={!isFire}
          onAct={(why) => act(asked, { context, timer: id, why })}
          onClose={() => {
            setAsked(undefined);
            onActed();
          }}
        >
          {isFire ? (
            <p>
              It comes due now in place of later, and what follows from it follows. It fires once.
            </p>
          ) : (
            <p className="warning">
              It never fires:{' '}
              {timer.kind === 'process'
                ? 'the process is not told, and waits for what else may come'
                : 'what it would have begun does not begin'}
              .
            </p>
          )}
        </ActDialog>
      )}
    </span>
  );
}
