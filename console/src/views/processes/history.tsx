import type { TracedRecord } from '../../../../src/inspection/action-trace.ts';
import { useQuestion } from '../../api/use-question.ts';
import { DirectionSign } from '../../parts/direction.tsx';
import { Link } from '../../parts/link.tsx';
import { Problem } from '../../parts/problem.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';

const EVERY_MS = 3_000;
/** So many records are listed: the trace shows all. */
const LISTED = 60;

/** What happened in the action that began a process, in the order in which it was recorded. */
export function History({
  context,
  startedBy,
}: {
  /** Of the process. */
  readonly context: string;
  readonly startedBy: string;
}) {
  const { answer, error, reload } = useQuestion('trace', { id: startedBy }, { everyMs: EVERY_MS });
  // A message has its id in each log that it was taken into, and began this process in one of them.
  const isStart = (record: TracedRecord): boolean =>
    record.id === startedBy && record.context === context;
  const records = (answer?.actions ?? [])
    .flatMap(({ causes }) => causes.flatMap(({ caused }) => caused.flatMap(withCaused)))
    .toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : 1));
  return (
    <section className="panel history" aria-labelledby="history">
      <header>
        <h2 id="history">What happened</h2>
        <p className="quiet">
          All that belongs to the action that began it.{' '}
          <Link href={hrefTo('trace', [startedBy])}>See it as a picture</Link>
        </p>
      </header>
      {error && <Problem error={error} onAgain={reload} />}
      <ol>
        {records.slice(0, LISTED).map((record) => (
          <li
            key={`${record.context} ${record.position}`}
            data-record={record.id}
            className={isStart(record) ? 'is-start' : undefined}
          >
            <DirectionSign direction={record.direction} />
            <time dateTime={record.recordedAt} className="quiet mono">
              {timeText(record.recordedAt, records[0]?.recordedAt)}
            </time>
            <span className="quiet history-context">{record.context}</span>
            <span className="history-type">
              <Link href={hrefTo('trace', [record.id])}>{record.type}</Link>{' '}
              <span className="quiet">
                {record.direction}
                {isStart(record) && ', began it'}
              </span>
            </span>
          </li>
        ))}
      </ol>
      {records.length > LISTED && (
        <p className="panel-text quiet">and {countText(records.length - LISTED)} more</p>
      )}
    </section>
  );
}

/** The day is said only where it is another one than the first. */
function timeText(at: string, first: string | undefined): string {
  const isSameDay = first?.slice(0, 10) === at.slice(0, 10);
  return isSameDay ? at.slice(11, 23) : `${at.slice(0, 10)} ${at.slice(11, 19)}`;
}

function withCaused(record: TracedRecord): readonly TracedRecord[] {
  return [record, ...record.caused.flatMap(withCaused)];
}
