import { useEffect, useState } from 'react';
import type { Questions } from '../../../../src/console/api.ts';
import type { StateAt } from '../../../../src/inspection/state-at.ts';
import { useQuestion } from '../../api/use-question.ts';
import { ContextMark } from '../../parts/context-mark.tsx';
import { Link } from '../../parts/link.tsx';
import { Problem } from '../../parts/problem.tsx';
import { countText } from '../../parts/times.tsx';
import { goTo, hrefTo, useRoute } from '../../route.ts';
import { StreamState } from './stream-state.tsx';
import { StreamTimeline } from './stream-timeline.tsx';
import { type Place, Travel } from './travel.tsx';
import { useStreamEvents } from './use-stream-events.ts';

/** So often the newest state is asked for, while that is what is looked at. */
const NOW_EVERY_MS = 3_000;

/** One stream: its events, and the state that the chosen one has left. */
export function StreamPage({ stream }: { readonly stream: string }) {
  const { query } = useRoute();
  const { context } = query;
  const place = placeOf(query);
  const events = useStreamEvents(stream, context);
  const often = place.kind === 'now' ? { everyMs: NOW_EVERY_MS } : {};
  const { answer, error, reload } = useQuestion('state', asked(stream, context, place), often);
  const state = useLast(answer);
  const last = Math.max(events.count, state?.lastVersion ?? 0);
  const version = place.kind === 'version' ? place.version : (state?.version ?? last);
  const go = (next: Place): void =>
    goTo(hrefTo('log', [stream], said(context, next)), { replace: true });
  if (events.error?.code === 'nothing-found' || events.error?.code === 'asked-wrongly')
    return <Problem error={events.error} />;
  return (
    <div className="log stream-page" data-stream={stream}>
      <header className="stream-head">
        <h1>{stream}</h1>
        {events.context !== undefined && <ContextMark name={events.context} />}
        <span className="quiet">
          {countText(last)} {last === 1 ? 'event' : 'events'}
        </span>
        <span className="stream-links">
          <Link href={hrefTo('trace', [stream])}>Trace its actions</Link>
          <Link href={hrefTo('log', [], { show: 'streams', context })}>All streams</Link>
        </span>
      </header>
      {events.error && <Problem error={events.error} onAgain={() => events.want(1)} />}
      <div className="stream-body">
        <StreamTimeline
          events={events}
          last={last}
          version={version}
          onChoose={(each) => go({ kind: 'version', version: each })}
        />
        <section className="stream-moment" aria-label={`The state at version ${version}`}>
          <Travel place={place} version={version} last={last} onGo={go} />
          {error && <Problem error={error} onAgain={reload} />}
          {state && !error && <StreamState state={state} isOld={answer === undefined} />}
        </section>
      </div>
    </div>
  );
}

function placeOf({ version, time, by }: ReturnType<typeof useRoute>['query']): Place {
  if (time) return { kind: 'time', time, by: by === 'recordedAt' ? 'recordedAt' : 'occurredAt' };
  const number = Number(version);
  const isVersion = version !== undefined && Number.isSafeInteger(number) && number >= 0;
  return isVersion ? { kind: 'version', version: number } : { kind: 'now' };
}

function asked(id: string, context: string | undefined, place: Place): Questions['state']['asked'] {
  const of = { id, ...(context && { context }) };
  if (place.kind === 'time') return { ...of, time: place.time, by: place.by };
  return place.kind === 'version' ? { ...of, version: String(place.version) } : of;
}

function said(
  context: string | undefined,
  place: Place,
): Readonly<Record<string, string | undefined>> {
  if (place.kind === 'time') return { context, time: place.time, by: place.by };
  return place.kind === 'version' ? { context, version: String(place.version) } : { context };
}

/** What was answered last: it stays until the next answer, so that nothing flickers on the way. */
function useLast(answer: StateAt | undefined): StateAt | undefined {
  const [last, setLast] = useState(answer);
  useEffect(() => {
    if (answer !== undefined) setLast(answer);
  }, [answer]);
  return answer ?? last;
}
