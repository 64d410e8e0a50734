import { countText } from '../../parts/times.tsx';
import { type Decision, type Step } from './use-decide-run.ts';

type State = Step['state'];

/** How each outcome is told, and drawn; those that a person should look at last. */
const STATES: readonly {
  readonly state: State;
  readonly redrive: string;
  readonly discard: string;
}[] = [
  { state: 'done', redrive: 'done', discard: 'discarded' },
  { state: 'under-way', redrive: 'still under way', discard: 'under way' },
  { state: 'not-yet', redrive: 'waits for something else', discard: 'waits' },
  {
    state: 'left',
    redrive: 'left in the log: nobody has taken it up yet',
    discard: 'left in the log: nobody has taken it up yet',
  },
  { state: 'parked-again', redrive: 'parked again', discard: 'parked again' },
  { state: 'refused', redrive: 'not done', discard: 'not done' },
];

/** So many different reasons are told. */
const REASONS = 5;

/** How far it is: a bar, how many came to what, and what went wrong. */
export function DecideProgress({
  action,
  steps,
  count,
  isRunning,
}: Pick<Decision, 'action'> & {
  readonly steps: readonly Step[];
  /** How many there are to do. */
  readonly count: number;
  readonly isRunning: boolean;
}) {
  const byState = Map.groupBy(steps, ({ state }) => state);
  return (
    <div className="stack progress" data-done={steps.length} data-of={count}>
      <p role="status">
        <strong>{countText(steps.length)}</strong> of {countText(count)}
        {isRunning ? ' · keep this page open: it asks for one after the other' : ''}
      </p>
      <div
        className="progress-bar"
        role="progressbar"
        aria-label="How many are done"
        aria-valuemin={0}
        aria-valuenow={steps.length}
        aria-valuemax={count}
      >
        {STATES.map(({ state }) => (
          <i
            key={state}
            className={`is-${state}`}
            style={{ width: `${((byState.get(state)?.length ?? 0) / count) * 100}%` }}
          />
        ))}
      </div>
      <ul className="outcomes">
        {STATES.filter(({ state }) => byState.has(state)).map((told) => (
          <li key={told.state} data-outcome={told.state}>
            <i className={`is-${told.state}`} aria-hidden="true" />
            <strong>{countText(byState.get(told.state)?.length ?? 0)}</strong> {told[action]}
          </li>
        ))}
      </ul>
      <Reasons steps={steps} />
    </div>
  );
}

/** Why some were parked again, or were not done: each reason once. */
function Reasons({ steps }: { readonly steps: readonly Step[] }) {
  const told = steps.filter(({ why, state }) => why !== null && state !== 'done');
  const reasons = [...Map.groupBy(told, ({ why }) => why)];
  if (reasons.length === 0) return null;
  return (
    <ul className="reasons">
      {reasons.slice(0, REASONS).map(([why, of]) => (
        <li key={why}>
          {of.length > 1 && <strong>{countText(of.length)} times: </strong>}
          {why}
          {of.length === 1 && <span className="quiet mono"> {of[0]?.target.key}</span>}
        </li>
      ))}
      {reasons.length > REASONS && (
        <li className="quiet">and {countText(reasons.length - REASONS)} other reasons</li>
      )}
    </ul>
  );
}
