/** Where in a stream's life somebody is. */
export type Place =
  | { readonly kind: 'now' }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'time'; readonly time: string; readonly by: By };

type By = 'occurredAt' | 'recordedAt';

/** Goes through a stream: event by event, or to a time. */
export function Travel({
  place,
  version,
  last,
  onGo,
}: {
  readonly place: Place;
  readonly version: number;
  readonly last: number;
  readonly onGo: (place: Place) => void;
}) {
  const to = (next: number): void => onGo({ kind: 'version', version: next });
  const by = place.kind === 'time' ? place.by : 'occurredAt';
  return (
    <div className="travel">
      <div className="travel-versions">
        <button
          type="button"
          aria-label="The version before"
          disabled={version <= 0}
          onClick={() => to(version - 1)}
        >
          ◀
        </button>
        <input
          type="range"
          aria-label="Version"
          aria-valuetext={`version ${version} of ${last}`}
          min={0}
          max={last}
          value={version}
          onChange={(change) => to(Number(change.target.value))}
        />
        <button
          type="button"
          aria-label="The version after"
          disabled={version >= last}
          onClick={() => to(version + 1)}
        >
          ▶
        </button>
        <output>
          <strong>version {version}</strong> <span className="quiet">of {last}</span>
        </output>
        <button
          type="button"
          aria-pressed={place.kind === 'now'}
          title="As it is now, and as it goes on"
          onClick={() => onGo({ kind: 'now' })}
        >
          now
        </button>
      </div>
      <div className="travel-time">
        <label>
          at
          <input
            type="datetime-local"
            step="1"
            aria-label="At a time, in UTC"
            value={place.kind === 'time' ? place.time : ''}
            onChange={({ target: { value } }) =>
              onGo(value === '' ? { kind: 'now' } : { kind: 'time', time: value, by })
            }
          />
        </label>
        <span className="quiet">UTC, by when it</span>
        <select
          aria-label="By which time"
          value={by}
          disabled={place.kind !== 'time'}
          onChange={(change) =>
            place.kind === 'time' && onGo({ ...place, by: change.target.value as By })
          }
        >
          <option value="occurredAt">occurred</option>
          <option value="recordedAt">was recorded</option>
        </select>
      </div>
    </div>
  );
}
