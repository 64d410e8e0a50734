import { useEffect, useState } from 'react';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/problem.tsx';
import { countText } from '../../parts/times.tsx';
import { WhyField } from '../../parts/why-field.tsx';
import { DecidePreview } from './decide-preview.tsx';
import { DecideProgress } from './decide-progress.tsx';
import { type Decision, useDecideRun } from './use-decide-run.ts';

export type { Decision } from './use-decide-run.ts';

const PER_SECOND = 10;
const PER_SECOND_MAX = 100;

/** Redrives or discards: says what will happen, tries the first one if asked to, and shows how it goes. */
export function DecideDialog({
  decision,
  onClose,
}: {
  readonly decision: Decision;
  readonly onClose: () => void;
}) {
  // What was chosen stays chosen, whatever the list behind is asked again.
  const [{ action, targets, edited }] = useState(decision);
  const [why, setWhy] = useState('');
  const [perSecond, setPerSecond] = useState(PER_SECOND);
  const run = useDecideRun({ action, targets, edited });
  const { steps, isRunning, isStopping, error } = run;
  useHoldPage(isRunning);
  const left = targets.length - steps.length;
  const isBegun = steps.length > 0 || isRunning;
  const isReady = why.trim() !== '' && perSecond > 0;
  const go = (count: number): void => {
    if (isReady) run.go(steps.length + count, { why: why.trim(), perSecond });
  };
  return (
    <Dialog
      title={titleOf({ action, targets }, edited !== undefined)}
      {...{ onClose }}
      isHeld={isRunning}
    >
      <form
        data-dialog={action}
        onSubmit={(submitted) => {
          submitted.preventDefault();
          go(left);
        }}
      >
        {isBegun ? (
          <DecideProgress {...{ action, steps, isRunning }} count={targets.length} />
        ) : (
          <DecidePreview {...{ action, targets }} isEdited={edited !== undefined} />
        )}
        {!isBegun && <WhyField value={why} onChange={setWhy} />}
        {!isBegun && targets.length > 1 && (
          <label className="field rate-field">
            <span>At most</span>
            <input
              type="number"
              name="rate"
              min={0.1}
              max={PER_SECOND_MAX}
              step="any"
              required
              value={perSecond}
              onChange={({ target }) => setPerSecond(Number(target.value))}
            />
            <small>a second</small>
          </label>
        )}
        {error && <Problem error={error} />}
        <div className="buttons">
          {isRunning ? (
            <button type="button" disabled={isStopping} onClick={run.stop}>
              {isStopping ? 'Stopping after this one …' : 'Stop'}
            </button>
          ) : (
            <button type="button" className={left === 0 ? 'main' : undefined} onClick={onClose}>
              {isBegun ? 'Close' : 'Cancel'}
            </button>
          )}
          {!isRunning && !isBegun && targets.length > 1 && (
            <button type="button" disabled={!isReady} onClick={() => go(1)}>
              Try the first one only
            </button>
          )}
          {!isRunning && left > 0 && (
            <button
              type="submit"
              className={action === 'discard' ? 'danger' : 'main'}
              disabled={!isReady}
            >
              {verbOf(action, left, isBegun)}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

function titleOf({ action, targets }: Decision, isEdited: boolean): string {
  const [only] = targets;
  const verb = action === 'redrive' ? 'Redrive' : 'Discard';
  if (targets.length > 1 || only === undefined)
    return `${verb} ${countText(targets.length)} records`;
  return isEdited
    ? `${verb} an edited copy for ${only.key}`
    : `${verb} what is parked for ${only.key}`;
}

function verbOf(action: Decision['action'], left: number, isBegun: boolean): string {
  const verb = action === 'redrive' ? 'Redrive' : 'Discard';
  if (isBegun) return `Go on with the other ${countText(left)}`;
  return left === 1 ? verb : `${verb} all ${countText(left)}`;
}

/** While it goes on, whoever leaves the page is asked whether they mean it: the rest would not be done. */
function useHoldPage(isRunning: boolean): void {
  useEffect(() => {
    if (!isRunning) return undefined;
    const hold = (event: Event): void => event.preventDefault();
    addEventListener('beforeunload', hold);
    return () => removeEventListener('beforeunload', hold);
  }, [isRunning]);
}
