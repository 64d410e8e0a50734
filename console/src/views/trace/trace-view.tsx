import { useRoute } from '../../route.ts';
import { NewestActions, NoActions } from './newest-actions.tsx';
import { Search } from './search.tsx';
import { Traced } from './traced.tsx';
import '../../parts/parts.css';
import './trace.css';

/** One business action over all contexts: what caused what, when, and what it waited for. */
export function TraceView() {
  const { path } = useRoute();
  const id = path.join('/');
  return (
    <div className="trace">
      <h1 className="visually-hidden">Trace</h1>
      <Search text={id} />
      {id === '' ? (
        <NewestActions title="Newest actions" asked={{}} none={<NoActions />} />
      ) : (
        <Traced key={id} id={id} />
      )}
    </div>
  );
}
