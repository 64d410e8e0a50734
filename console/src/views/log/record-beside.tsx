import { useQuestion } from '../../api/use-question.ts';
import { Payload } from '../../parts/payload.tsx';
import { Problem } from '../../parts/problem.tsx';
import { RecordDetails } from '../../parts/record-details.tsx';
import type { LightRecord } from './log-entry.ts';

/** One record: its data comes after the rest of it. */
export function RecordBeside({
  record,
  onClose,
}: {
  readonly record: LightRecord;
  readonly onClose: () => void;
}) {
  const { preview, ...rest } = record;
  const { context, position } = record;
  const { answer, error, reload } = useQuestion('record', { context, position: String(position) });
  const data = error ? (
    <Problem error={error} onAgain={reload} />
  ) : answer === undefined ? (
    <pre className="payload-coming">{preview}</pre>
  ) : (
    <Payload key={`${context} ${position}`} value={answer.data} of="the data" />
  );
  return <RecordDetails record={{ ...rest, data: undefined }} data={data} onClose={onClose} />;
}
