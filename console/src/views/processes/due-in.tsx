import { usePulse } from '../../api/pulse.tsx';
import { spanText } from '../../parts/times.tsx';

/** When something is due, by the application's clock as it was last heard. */
export function DueIn({ due }: { readonly due: string }) {
  const { pulse } = usePulse();
  const now = pulse === undefined ? Date.now() : Date.parse(pulse.at);
  const ms = Date.parse(due) - now;
  return (
    <time
      dateTime={due}
      title={new Date(due).toLocaleString()}
      className={ms < 0 ? 'is-overdue' : ''}
    >
      {ms < 0 ? `${spanText(-ms)} overdue` : `in ${spanText(Math.max(1_000, ms))}`}
    </time>
  );
}

/** By business time nobody knows how long that takes: the application says what time it is. */
export function DueAt({
  due,
  isBusinessTime,
}: {
  readonly due: string;
  readonly isBusinessTime: boolean;
}) {
  if (!isBusinessTime) return <DueIn due={due} />;
  return (
    <time dateTime={due} title="by business time">
      at {due.slice(0, 16).replace('T', ' ')}
    </time>
  );
}
