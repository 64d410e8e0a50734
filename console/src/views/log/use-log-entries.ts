import { useCallback, useEffect, useRef, useState } from 'react';
import type { RecordsAsked, Tail } from '../../../../src/console/api.ts';
import { type AskError, ask } from '../../api/ask.ts';
import { hear } from '../../api/hear.ts';
import { type LogEntry, entryKey, recordEntry } from './log-entry.ts';

/** At most so many rows are held while new ones come. */
export const LIVE_MAX = 3_000;

/** The records that are chosen, the newest first. */
export interface LogEntries {
  /** The same list each time, as it may be long; it is drawn anew by what else is told here. */
  readonly entries: readonly LogEntry[];
  readonly isFirstLoaded: boolean;
  readonly isLoading: boolean;
  readonly isMore: boolean;
  readonly endedEarly: readonly string[];
  readonly error: AskError | undefined;
  /** How many came while somebody watched, and how many of these were left out. */
  readonly came: number;
  readonly leftOut: number;
  /** Why nothing comes any more while somebody watches. */
  readonly trouble: string | undefined;
  /** Goes on with those before; does nothing while that is under way. */
  readonly older: () => void;
  readonly reload: () => void;
}

interface Held {
  entries: LogEntry[];
  pages: number;
  next: string | null;
  endedEarly: readonly string[];
  error: AskError | undefined;
  isLoading: boolean;
  came: number;
  leftOut: number;
  trouble: string | undefined;
  end: AbortController;
}

function nothing(): Held {
  const counts = { pages: 0, came: 0, leftOut: 0, isLoading: false };
  const end = new AbortController();
  return {
    entries: [],
    next: null,
    endedEarly: [],
    error: undefined,
    trouble: undefined,
    end,
    ...counts,
  };
}

/** Page by page; live: the first page, and what comes after it. */
export function useLogEntries(asked: RecordsAsked, isLive: boolean): LogEntries {
  const held = useRef<Held>(nothing());
  const [, drawAnew] = useState(0);
  const [look, setLook] = useState(0);
  const changed = useCallback(() => drawAnew((count) => count + 1), []);
  const key = JSON.stringify(asked);
  useEffect(() => {
    const mine = nothing();
    held.current = mine;
    if (!isLive) void loadPage(mine, asked, changed);
    const close = isLive ? watch(mine, asked, changed) : undefined;
    changed();
    return () => {
      mine.end.abort();
      close?.();
    };
  }, [key, isLive, look]);
  const { entries, pages, next, endedEarly, error, isLoading, came, leftOut, trouble } =
    held.current;
  return {
    entries,
    isFirstLoaded: pages > 0,
    isLoading,
    isMore: next !== null && !isLive,
    endedEarly,
    error,
    came,
    leftOut,
    trouble,
    older: () => {
      if (!isLive && next !== null) void loadPage(held.current, asked, changed);
    },
    reload: () => setLook(look + 1),
  };
}

async function loadPage(held: Held, asked: RecordsAsked, changed: () => void): Promise<void> {
  if (held.isLoading) return;
  held.isLoading = true;
  held.error = undefined;
  changed();
  try {
    const before = held.next === null ? {} : { before: held.next };
    const page = await ask('records', { ...asked, ...before }, held.end.signal);
    for (const record of page.records) held.entries.push(recordEntry(record));
    held.pages += 1;
    held.next = page.next;
    held.endedEarly = page.endedEarly;
  } catch (error) {
    if (held.end.signal.aborted) return;
    held.error = error as AskError;
  }
  held.isLoading = false;
  changed();
}

/** The first page is asked for when it already hears, so that nothing is missing between. */
function watch(held: Held, asked: RecordsAsked, changed: () => void): () => void {
  const { context, types, directions, key } = asked;
  const given = Object.entries({ context, types, directions, key }).filter(
    (entry): entry is [string, string] => Boolean(entry[1]),
  );
  const early: Tail[] = [];
  let isBegun = false;
  const come = (said: unknown): void => {
    const news = said as Tail;
    held.trouble = undefined;
    if (held.pages > 0) {
      take(held, news);
      changed();
      return;
    }
    early.push(news);
    if (isBegun) return;
    isBegun = true;
    void loadPage(held, asked, () => {
      if (held.pages > 0) for (const each of early.splice(0)) take(held, each);
      changed();
    });
  };
  return hear({
    // What came while nobody heard comes then, or it is said how much that was.
    url: (after) =>
      `api/tail?${new URLSearchParams(after === undefined ? given : [...given, ['after', after]])}`,
    events: { tail: come },
    onTrouble: (trouble) => {
      held.trouble = trouble;
      changed();
    },
  });
}

function take(held: Held, { records, leftOut, isAtMost }: Tail): void {
  const known = new Set(held.entries.slice(0, 400).map(entryKey));
  const fresh = records.map(recordEntry).filter((entry) => !known.has(entryKey(entry)));
  if (fresh.length === 0 && leftOut === 0) return;
  held.came += fresh.length + leftOut;
  held.leftOut += leftOut;
  const gap: LogEntry[] =
    leftOut === 0
      ? []
      : [{ kind: 'left-out', id: `left out ${held.came}`, count: leftOut, isAtMost }];
  held.entries = [...fresh.toReversed(), ...gap, ...held.entries].slice(0, LIVE_MAX);
}
