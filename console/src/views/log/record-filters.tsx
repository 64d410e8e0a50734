import { useEffect, useState } from 'react';
import type { Direction } from '../../../../src/log/record.ts';
import { useAbout } from '../../api/about.tsx';
import { useQuestion } from '../../api/use-question.ts';
import { DIRECTION_WORDS, DirectionSign } from '../../parts/direction.tsx';

/** What records are chosen by: kept in the page's address, so that it can be sent to a colleague. */
export interface Filters {
  readonly context?: string | undefined;
  /** Comma-separated. */
  readonly directions?: string | undefined;
  readonly types?: string | undefined;
  readonly key?: string | undefined;
  /** Recorded from then on, and up to then. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

const DIRECTIONS = Object.keys(DIRECTION_WORDS) as Direction[];

export function RecordFilters({
  filters,
  onChange,
}: {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}) {
  const { contexts } = useAbout();
  const chosen = filters.directions?.split(',') ?? [];
  const toggled = (direction: Direction): string =>
    DIRECTIONS.filter((each) => (each === direction) !== chosen.includes(each)).join(',');
  return (
    <>
      <select
        aria-label="Context"
        value={filters.context ?? ''}
        onChange={(change) => onChange({ ...filters, context: change.target.value })}
      >
        <option value="">all contexts</option>
        {contexts.map((context) => (
          <option key={context}>{context}</option>
        ))}
      </select>
      <div className="directions" role="group" aria-label="Only these">
        {DIRECTIONS.map((direction) => (
          <button
            key={direction}
            type="button"
            aria-pressed={chosen.includes(direction)}
            title={`Only: ${DIRECTION_WORDS[direction]}`}
            onClick={() => onChange({ ...filters, directions: toggled(direction) })}
          >
            <DirectionSign direction={direction} />
          </button>
        ))}
      </div>
      <TypesFilter
        types={filters.types?.split(',') ?? []}
        context={filters.context}
        onChange={(types) => onChange({ ...filters, types: types.join(',') })}
      />
      <TextFilter
        label="Key"
        value={filters.key ?? ''}
        onChange={(key) => onChange({ ...filters, key })}
      />
      <div className="between">
        {(['since', 'until'] as const).map((bound) => (
          <label key={bound}>
            {bound}
            <input
              type="datetime-local"
              step="1"
              aria-label={`Recorded ${bound}, in UTC`}
              value={filters[bound] ?? ''}
              onChange={(change) => onChange({ ...filters, [bound]: change.target.value })}
            />
          </label>
        ))}
        <span className="quiet">UTC</span>
      </div>
    </>
  );
}

/** A text that is taken when Enter is pressed, or the field is left. */
function TextFilter({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const take = (): void => {
    if (typed.trim() !== value) onChange(typed.trim());
  };
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label.toLowerCase()}
      spellCheck={false}
      value={typed}
      onChange={(change) => setTyped(change.target.value)}
      onBlur={take}
      onKeyDown={(press) => press.key === 'Enter' && take()}
    />
  );
}

/** The types that are chosen, each to be taken off, and a field for one more. */
function TypesFilter({
  types,
  context,
  onChange,
}: {
  readonly types: readonly string[];
  readonly context: string | undefined;
  readonly onChange: (types: readonly string[]) => void;
}) {
  const { answer } = useQuestion('seen', {});
  const [typed, setTyped] = useState('');
  const seen = answer?.types.filter((each) => !context || each.context === context) ?? [];
  const known = [...new Set(seen.map(({ type }) => type))].toSorted();
  const take = (text: string): void => {
    const wanted = text.split(',').map((each) => each.trim());
    const next = [...new Set([...types, ...wanted])].filter((each) => each !== '');
    setTyped('');
    if (next.length > types.length) onChange(next);
  };
  return (
    <span className="types">
      {types.map((type) => (
        <button
          key={type}
          type="button"
          className="chosen"
          aria-label={`Take ${type} off`}
          onClick={() => onChange(types.filter((each) => each !== type))}
        >
          {type} <span aria-hidden="true">✕</span>
        </button>
      ))}
      <input
        type="search"
        aria-label="Type"
        placeholder={types.length === 0 ? 'type' : 'and type'}
        list="log-types"
        spellCheck={false}
        value={typed}
        onChange={(change) => {
          const { value } = change.target;
          // One of the list was picked.
          if (known.includes(value)) take(value);
          else setTyped(value);
        }}
        onBlur={() => take(typed)}
        onKeyDown={(press) => press.key === 'Enter' && take(typed)}
      />
      <datalist id="log-types">
        {known.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
    </span>
  );
}
