import { ContextChoice } from '../../parts/context-choice.tsx';
import { Link } from '../../parts/link.tsx';
import '../../parts/panel.css';
import { hrefTo, useRoute } from '../../route.ts';
import { AuditList } from './audit-list.tsx';
import { ParkedList } from './parked-list.tsx';
import { ParkedRecordPage } from './parked-record-page.tsx';
import './parked.css';

/** What waits for a person: by error, one by one, and what persons have done about it. */
export function ParkedView() {
  const { path, query } = useRoute();
  const [id] = path;
  if (id !== undefined) return <ParkedRecordPage key={id} id={id} />;
  const isAudit = query['tab'] === 'audit';
  const { tab: _, ...rest } = query;
  return (
    <>
      <div className="view-head">
        <h1>Parked</h1>
        <nav className="view-tabs" aria-label="Parked records and the audit trail">
          <Link href={hrefTo('parked', [], rest)} aria-current={isAudit ? undefined : 'page'}>
            By error
          </Link>
          <Link
            href={hrefTo('parked', [], { ...rest, tab: 'audit' })}
            aria-current={isAudit ? 'page' : undefined}
          >
            Audit trail
          </Link>
        </nav>
        <div className="tools">
          <ContextChoice />
        </div>
      </div>
      {isAudit ? <AuditList /> : <ParkedList />}
    </>
  );
}
