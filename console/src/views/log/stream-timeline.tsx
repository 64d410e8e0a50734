import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import { useContextColour } from '../../parts/context-mark.tsx';
import { When, spanText } from '../../parts/times.tsx';
import type { SeenEvents } from './use-stream-events.ts';

const ROW = 48;

/** The events of a stream on a line, from before the first to the last; one of them is chosen. */
export function StreamTimeline({
  events,
  last,
  version,
  onChoose,
}: {
  readonly events: SeenEvents;
  readonly last: number;
  readonly version: number;
  readonly onChoose: (version: number) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const colourOf = useContextColour();
  const virtual = useVirtualizer({
    count: last + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const missing = items.find(
    ({ index }) => index > 0 && events.eventOf(index) === undefined,
  )?.index;
  useEffect(() => {
    if (missing !== undefined) events.want(missing);
  }, [missing, events.want]);
  useEffect(() => virtual.scrollToIndex(version, { align: 'auto' }), [version, last]);
  const name = useId();
  return (
    <div
      ref={scroller}
      className={`stream-timeline ${colourOf(events.context ?? '')}`}
      role="listbox"
      aria-label="Events"
      aria-activedescendant={`${name}-${version}`}
      tabIndex={0}
      onKeyDown={(press) => keyed(press, { version, last, onChoose })}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start }) => (
          <div
            key={index}
            id={`${name}-${index}`}
            role="option"
            className="stream-event"
            aria-selected={index === version}
            data-version={index}
            style={{ transform: `translateY(${start}px)`, height: ROW }}
            onClick={() => onChoose(index)}
          >
            <span className="stream-dot" aria-hidden="true" />
            <Event events={events} version={index} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Event({ events, version }: { readonly events: SeenEvents; readonly version: number }) {
  if (version === 0)
    return (
      <>
        <strong>before the first event</strong>
        <span className="quiet">as every instance begins</span>
      </>
    );
  const event = events.eventOf(version);
  if (event === undefined) return <span className="quiet">version {version} …</span>;
  const before = events.eventOf(version - 1);
  const gap = before && Date.parse(event.recordedAt) - Date.parse(before.recordedAt);
  return (
    <>
      <strong>
        <span className="quiet">{version}</span> {event.type}
      </strong>
      <span className="quiet">
        <When at={event.recordedAt} />
        {gap !== undefined && gap > 0 && ` · ${spanText(gap)} later`}
      </span>
    </>
  );
}

function keyed(
  press: KeyboardEvent,
  of: {
    readonly version: number;
    readonly last: number;
    readonly onChoose: (version: number) => void;
  },
): void {
  const { version, last, onChoose } = of;
  const places: Readonly<Record<string, number>> = {
    ArrowDown: version + 1,
    ArrowUp: version - 1,
    PageDown: version + 10,
    PageUp: version - 10,
    Home: 0,
    End: last,
  };
  const to = places[press.key];
  if (to === undefined) return;
  press.preventDefault();
  onChoose(Math.max(0, Math.min(last, to)));
}
