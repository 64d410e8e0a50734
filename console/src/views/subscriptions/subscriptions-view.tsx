import { usePulse } from '../../api/pulse.tsx';
import { ContextChoice } from '../../parts/context-choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Link } from '../../parts/link.tsx';
import { OpenRequests } from '../../parts/open-requests.tsx';
import '../../parts/panel.css';
import { Unreadable } from '../../parts/unreadable.tsx';
import { hrefTo, useRoute } from '../../route.ts';
import { ContextTiles } from './context-tiles.tsx';
import { ReaderPage } from './reader-page.tsx';
import { ReaderTable } from './reader-table.tsx';
import './subscriptions.css';

/** How far all that reads a log has come. */
export function SubscriptionsView() {
  const { path, query } = useRoute();
  const { pulse, trouble } = usePulse();
  const [context, name] = path;
  if (context !== undefined && name !== undefined)
    return <ReaderPage key={`${context} ${name}`} {...{ context, name }} />;
  const chosen = query['context'] ?? context;
  return (
    <>
      <div className="view-head">
        <h1>Subscriptions</h1>
        <div className="tools">
          <ContextChoice />
        </div>
      </div>
      {pulse === undefined ? (
        <p className="loading">{trouble ?? 'Listening how far everything is …'}</p>
      ) : (
        <>
          <Unreadable {...pulse.lag} />
          <ContextTiles contexts={pulse.lag.contexts} readers={pulse.lag.readers} {...{ chosen }} />
          <OpenRequests context={chosen} />
          <Readers {...{ chosen }} />
        </>
      )}
    </>
  );
}

function Readers({ chosen }: { readonly chosen: string | undefined }) {
  const { pulse } = usePulse();
  const readers = (pulse?.lag.readers ?? []).filter(
    ({ context }) => chosen === undefined || context === chosen,
  );
  if (readers.length > 0)
    return (
      <>
        <ReaderTable readers={readers} />
        {pulse?.lag.isCut && (
          <p className="note">There are more than are shown: the worst are here.</p>
        )}
      </>
    );
  return (
    <Empty title="Nothing reads a log yet">
      <p>
        Whatever follows from an event is a subscription: a reaction, an effect, a process manager,
        a read model, and the intake of what another context publishes. Each keeps its place in the
        log, and is here from its first start on.{' '}
        {chosen !== undefined && <Link href={hrefTo('subscriptions')}>See all contexts</Link>}
      </p>
    </Empty>
  );
}
