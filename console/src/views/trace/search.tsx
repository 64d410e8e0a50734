import { useEffect, useState } from 'react';
import { useQuestion } from '../../api/use-question.ts';
import { goTo, hrefTo } from '../../route.ts';

/** Where an action is looked for: by id, stream, key or type. */
export function Search({ text }: { readonly text: string }) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const { answer: seen } = useQuestion('seen', {});
  const types = [...new Set(seen?.types.map(({ type }) => type))].toSorted();
  return (
    <form
      className="trace-search"
      role="search"
      onSubmit={(submit) => {
        submit.preventDefault();
        const wanted = typed.trim();
        goTo(hrefTo('trace', wanted === '' ? [] : [wanted]));
      }}
    >
      <input
        type="search"
        name="id"
        aria-label="An id, a stream, a key, or a type"
        placeholder="An id, a stream such as order/536365, a key, or a type"
        autoComplete="off"
        spellCheck={false}
        list="trace-types"
        value={typed}
        onChange={(change) => setTyped(change.target.value)}
      />
      <datalist id="trace-types">
        {types.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <button type="submit" className="main">
        Trace
      </button>
    </form>
  );
}
