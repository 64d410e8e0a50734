import { usePulse } from '../../api/pulse.tsx';
import { countText } from '../../parts/times.tsx';
import { Lane } from './lane.tsx';
import { type Target, heldBehindAll, laneOf } from './target.ts';
import type { Decision } from './use-decide-run.ts';

/** So many keys are named. */
const KEYS_NAMED = 8;

/** What will happen, before anything does. */
export function DecidePreview({
  action,
  targets,
  isEdited,
}: Pick<Decision, 'action' | 'targets'> & { readonly isEdited: boolean }) {
  const lanes = [...Map.groupBy(targets, laneOf).values()];
  const idle = useIdle(targets);
  const held = heldBehindAll(targets);
  return (
    <div className="stack">
      <ul className="preview-lanes" aria-label="The keys that this is about">
        {lanes.slice(0, KEYS_NAMED).map((inLane) => {
          const [{ key, subscription, heldBehind }] = inLane as [Target];
          return (
            <li key={laneOf(inLane[0] as Target)}>
              <span className="mono lane-key" title={`${key}, in ${subscription}`}>
                {key === '' ? '(no key)' : key}
              </span>
              <Lane parked={inLane.length} held={heldBehind} />
            </li>
          );
        })}
        {lanes.length > KEYS_NAMED && (
          <li className="quiet">and {countText(lanes.length - KEYS_NAMED)} more keys</li>
        )}
      </ul>
      {action === 'redrive' ? (
        <ul className="points">
          <li>
            {isEdited
              ? 'The copy is handled in place of the record, by the code that runs now. The record itself stays as it is, with the copy beside it.'
              : 'Each is handled by the code that runs now, as if it came for the first time: a mended handler does it, one that is still broken parks it again.'}
          </li>
          <li>
            What was committed before is not done twice. An effect is performed under the same
            idempotency key.
          </li>
          {held > 0 && <li>{followText(held)}</li>}
        </ul>
      ) : (
        <div className="warning bad" role="note">
          <strong>This cannot be taken back.</strong> What is discarded is never handled: what
          should have followed from it does not.{' '}
          {held > 0 &&
            `${countText(held)} held behind ${held === 1 ? 'goes' : 'go'} on as if it had been.`}
        </div>
      )}
      {idle.length > 0 && (
        <p className="warning">
          Nobody runs {idle.join(' and ')} now. What you ask for is left in the log, and done when
          somebody does.
        </p>
      )}
    </div>
  );
}

function followText(held: number): string {
  return held === 1
    ? 'The record held behind follows by itself, once what is parked in front of it is done.'
    : `The ${countText(held)} held behind follow by themselves, in order, once what is parked in front of them is done.`;
}

/** The contexts among them that nobody runs, as far as their store can tell. */
function useIdle(targets: readonly Target[]): readonly string[] {
  const { pulse } = usePulse();
  const contexts = new Set(targets.map(({ context }) => context));
  return (pulse?.lag.contexts ?? [])
    .filter(({ context, running }) => contexts.has(context) && running.processes?.length === 0)
    .map(({ context }) => context);
}
