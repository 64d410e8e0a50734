import type { FoundInstance } from '../../../../src/inspection/found-processes.ts';
import { countText } from '../../parts/times.tsx';
import { statusOf } from './status-field.ts';

/** So many have a colour of their own. */
const COLOURS = ['--domain', '--outgoing', '--incoming', '--timer'];

/** Where the instances stand, as one bar; a status that is chosen narrows the list. */
export function StatusBar({
  instances,
  field,
  status,
  isCut,
  onChoose,
}: {
  readonly instances: readonly FoundInstance[];
  readonly field: string;
  readonly status: string | undefined;
  readonly isCut: boolean;
  readonly onChoose: (status: string | undefined) => void;
}) {
  const counts = [...Map.groupBy(instances, (each) => statusOf(each, field) ?? '')]
    .map(([name, of]) => ({ name, count: of.length }))
    // By name among equals: the bar must not flicker.
    .toSorted((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  const colourOf = (index: number): string => `var(${COLOURS[index] ?? '--line-strong'})`;
  return (
    <div className="status-bar">
      <div className="status-parts" aria-hidden="true">
        {counts.map(({ name, count }, index) => (
          <i
            key={name}
            style={{
              width: `${(count / instances.length) * 100}%`,
              background: colourOf(index),
              opacity: status === undefined || status === name ? 1 : 0.25,
            }}
          />
        ))}
      </div>
      <div className="status-names" role="group" aria-label={`By ${field}`}>
        {counts.map(({ name, count }, index) => (
          <button
            key={name}
            type="button"
            className="small"
            aria-pressed={status === name}
            onClick={() => onChoose(status === name ? undefined : name)}
          >
            <i style={{ background: colourOf(index) }} aria-hidden="true" />
            {name === '' ? '(none)' : name} <strong>{countText(count)}</strong>
          </button>
        ))}
        {isCut && <span className="quiet">of the first {countText(instances.length)}</span>}
      </div>
    </div>
  );
}
