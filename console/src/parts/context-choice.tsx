import { useAbout } from '../api/about.tsx';
import { goTo, hrefTo, useRoute } from '../route.ts';

/** Which context is shown; kept in the address. */
export function ContextChoice() {
  const { contexts } = useAbout();
  const { view, path, query } = useRoute();
  return (
    <label>
      Context
      <select
        value={query['context'] ?? ''}
        onChange={({ target }) =>
          goTo(hrefTo(view, path, { ...query, context: target.value, subscription: undefined }), {
            replace: true,
          })
        }
      >
        <option value="">all</option>
        {contexts.map((context) => (
          <option key={context}>{context}</option>
        ))}
      </select>
    </label>
  );
}
