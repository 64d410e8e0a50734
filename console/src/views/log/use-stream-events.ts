import { useCallback, useEffect, useRef, useState } from 'react';
import type { ShownRecord } from '../../../../src/inspection/shown-record.ts';
import { type AskError, ask } from '../../api/ask.ts';

/** The events of a stream, as far as anybody has looked at them. */
export interface SeenEvents {
  readonly context: string | undefined;
  /** How many there are. */
  readonly count: number;
  readonly eventOf: (version: number) => ShownRecord | undefined;
  /** Asks for those from this version on, unless they are here or on their way. */
  readonly want: (version: number) => void;
  readonly error: AskError | undefined;
}

interface Held {
  readonly events: Map<number, ShownRecord>;
  readonly asked: Set<number>;
  readonly end: AbortController;
}

export function useStreamEvents(id: string, context: string | undefined): SeenEvents {
  const held = useRef<Held>(nothing());
  const [known, setKnown] = useState<{ context?: string; count: number }>({ count: 0 });
  const [error, setError] = useState<AskError>();
  const want = useCallback(
    (version: number) => {
      const { events, asked, end } = held.current;
      if (events.has(version) || asked.has(version)) return;
      asked.add(version);
      const after = String(version - 1);
      ask('stream', { id, after, ...(context && { context }) }, end.signal).then(
        (page) => {
          for (const record of page.records) events.set(record.version as number, record);
          asked.delete(version);
          setKnown({ context: page.context, count: page.version });
          setError(undefined);
        },
        (problem: unknown) => {
          asked.delete(version);
          if (!end.signal.aborted) setError(problem as AskError);
        },
      );
    },
    [id, context],
  );
  useEffect(() => {
    held.current = nothing();
    want(1);
    const { end } = held.current;
    return () => end.abort();
  }, [want]);
  const eventOf = (version: number) => held.current.events.get(version);
  return { context: known.context, count: known.count, eventOf, want, error };
}

function nothing(): Held {
  return { events: new Map(), asked: new Set(), end: new AbortController() };
}
