import { Empty } from '../../parts/empty.tsx';
import type { Filters } from './record-filters.tsx';

const NAMES: Readonly<Record<keyof Filters, string>> = {
  context: 'context',
  directions: 'kind',
  types: 'type',
  key: 'key',
  since: 'time since',
  until: 'time until',
};

/** Nothing in the log, or nothing of what is chosen: then what may be taken off. */
export function NoRecords({
  filters,
  isLive,
  onChange,
}: {
  readonly filters: Filters;
  readonly isLive: boolean;
  readonly onChange: (filters: Filters) => void;
}) {
  const given = (Object.keys(NAMES) as (keyof Filters)[]).filter((name) => filters[name]);
  if (given.length === 0)
    return (
      <Empty title="No records yet">
        <p>
          Everything that happens is one more record here: an event of an aggregate, a message that
          was published or taken in, a timer that came due. The first comes with the first command
          that is handled: <code>app.handle(order, id, command)</code>.
        </p>
      </Empty>
    );
  return (
    <Empty title={isLive ? 'Nothing of that so far' : 'No record is like that'}>
      <p>Take something off:</p>
      <p className="loosen">
        {given.map((name) => (
          <button
            key={name}
            type="button"
            onClick={() => onChange({ ...filters, [name]: undefined })}
          >
            any {NAMES[name]} <span className="quiet">in place of {filters[name]}</span>
          </button>
        ))}
      </p>
    </Empty>
  );
}
