import { Link } from '../../parts/link.tsx';
import { countText } from '../../parts/times.tsx';
import { hrefTo } from '../../route.ts';
import type { Waits } from './standing.ts';

/** Each kind that waits, the worst first: in what words, one or several, and where it is seen. */
const KINDS: readonly (readonly [keyof Waits, string, string, string])[] = [
  ['parked', 'parked', 'parked', 'parked'],
  ['paused', 'paused', 'paused', 'subscriptions'],
  ['retry', 'retried', 'retried', 'subscriptions'],
  ['held', 'held', 'held', 'subscriptions'],
  ['effect', 'effect', 'effects', 'subscriptions'],
  ['request', 'request', 'requests', 'subscriptions'],
  ['timer', 'timer', 'timers', 'processes'],
];

/** What waits, each a link to where it is seen. */
export function WaitingLinks({
  context,
  subscription,
  waiting,
}: {
  readonly context: string;
  readonly subscription?: string;
  readonly waiting: Waits;
}) {
  const shown = KINDS.filter(([kind]) => (waiting[kind] ?? 0) > 0);
  return shown.map(([kind, one, several, view]) => (
    <Link
      key={kind}
      className={`map-waiting map-waiting-${kind}`}
      href={
        view === 'subscriptions' && subscription !== undefined
          ? hrefTo(view, [context, subscription])
          : hrefTo(view, [], { context })
      }
      data-waiting={kind}
      aria-label={`${waiting[kind]} ${waiting[kind] === 1 ? one : several} in ${subscription ?? context}`}
    >
      {countText(waiting[kind] ?? 0)} {waiting[kind] === 1 ? one : several}
    </Link>
  ));
}
