import { Link } from '../../parts/link.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { RecordsTab } from './records-tab.tsx';
import { StreamPage } from './stream-page.tsx';
import { StreamsTab } from './streams-tab.tsx';
import '../../parts/parts.css';
import './log.css';

/** What is in the logs: record by record, or stream by stream, and what state each event has left. */
export function LogView() {
  const { path, query } = useRoute();
  const stream = path.join('/');
  if (stream !== '') return <StreamPage key={`${query['context']} ${stream}`} stream={stream} />;
  const isStreams = query['show'] === 'streams';
  const { context } = query;
  return (
    <div className="log">
      <h1 className="visually-hidden">Log</h1>
      <nav className="tabs" aria-label="What of the log">
        <Link href={hrefTo('log', [], { context })} aria-current={isStreams ? undefined : 'page'}>
          Records
        </Link>
        <Link
          href={hrefTo('log', [], { context, show: 'streams' })}
          aria-current={isStreams ? 'page' : undefined}
        >
          Streams
        </Link>
      </nav>
      {isStreams ? <StreamsTab /> : <RecordsTab />}
    </div>
  );
}
