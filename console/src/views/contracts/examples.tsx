import type { ToldContract } from '../../../../src/inspection/told-contracts.ts';
import { useQuestion } from '../../api/use-question.ts';
import { Ago } from '../../parts/ago.tsx';
import { Payload } from '../../parts/payload.tsx';
import { Link } from '../../parts/link.tsx';
import { Problem } from '../../parts/problem.tsx';
import { hrefTo } from '../../route.ts';

const SHOWN = '5';
const EVERY_MS = 10_000;

/** What was told last, from the log. */
export function Examples({ contract: { name, origin } }: { readonly contract: ToldContract }) {
  const directions = origin === 'external' ? 'incoming' : 'outgoing';
  const asked = { types: name, directions, limit: SHOWN };
  const { answer, error, reload } = useQuestion('records', asked, { everyMs: EVERY_MS });
  const records = answer?.records ?? [];
  return (
    <section className="panel" aria-labelledby="examples">
      <header>
        <h2 id="examples">What was told last</h2>
      </header>
      {error && <Problem error={error} onAgain={reload} />}
      {answer !== undefined && records.length === 0 && (
        <p className="panel-text quiet">
          {answer.endedEarly.length > 0
            ? 'Not lately: it is not among the last records that were looked through.'
            : 'It was never told. An example stands here as soon as it is.'}
        </p>
      )}
      {records.length > 0 && (
        <ul className="examples">
          {records.map((record, index) => (
            <li key={`${record.context} ${record.position}`} data-record={record.id}>
              <details open={index === 0}>
                <summary>
                  <span className="mono">{record.key === '' ? '(no key)' : record.key}</span>
                  <span className="quiet">
                    {record.context}, <Ago at={record.recordedAt} />, version {record.schemaVersion}
                  </span>
                </summary>
                <Payload value={record.data} of="the data" />
                <p className="example-links">
                  <Link href={hrefTo('trace', [record.id])}>What followed from it</Link>
                </p>
              </details>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
