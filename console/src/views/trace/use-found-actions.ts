import { useEffect, useMemo, useState } from 'react';
import type { RecordsAsked } from '../../../../src/console/api.ts';
import type { ShownRecord } from '../../../../src/inspection/shown-record.ts';
import { type AskError, ask } from '../../api/ask.ts';
import { type SeenAction, seenActions } from './recent-actions.ts';
import { placeOf } from './trace-rows.ts';

/** A page of records holds a few actions only: so many pages are asked for at first. */
const PAGES_AT_FIRST = 3;

/** The actions of the newest records that are chosen. */
export interface FoundActions {
  readonly actions: readonly SeenAction[] | undefined;
  readonly error: AskError | undefined;
  readonly endedEarly: readonly string[];
  /** Looks further back; undefined where there is nothing more. */
  readonly older: (() => void) | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface Found {
  readonly key: string;
  readonly records: ReadonlyMap<string, ShownRecord>;
  readonly next: string | null;
  readonly endedEarly: readonly string[];
  /** How many pages are wanted, and how many have come. */
  readonly pages: number;
}

const NOTHING: Found = { key: '', records: new Map(), next: null, endedEarly: [], pages: 0 };

export function useFoundActions(asked: RecordsAsked | undefined): FoundActions {
  const key = JSON.stringify(asked);
  const [found, setFound] = useState<Found>(NOTHING);
  const [wanted, setWanted] = useState({ key, pages: PAGES_AT_FIRST, look: 0 });
  const [error, setError] = useState<AskError>();
  const mine = found.key === `${key} ${wanted.look}` ? found : NOTHING;
  const pages = wanted.key === key ? wanted.pages : PAGES_AT_FIRST;
  const isMore = mine.pages === 0 || (mine.pages < pages && mine.next !== null);
  useEffect(() => {
    if (asked === undefined || !isMore) return undefined;
    const end = new AbortController();
    ask('records', { ...asked, ...(mine.next && { before: mine.next }) }, end.signal).then(
      ({ records, next, endedEarly }) => {
        setError(undefined);
        setFound({
          key: `${key} ${wanted.look}`,
          records: new Map([
            ...mine.records,
            ...records.map((each) => [placeOf(each), each] as const),
          ]),
          next,
          endedEarly,
          pages: mine.pages + 1,
        });
      },
      (problem: unknown) => {
        if (!end.signal.aborted) setError(problem as AskError);
      },
    );
    return () => end.abort();
  }, [key, wanted.look, mine.pages, isMore]);
  const actions = useMemo(() => seenActions([...mine.records.values()]), [mine.records]);
  return {
    actions: mine.pages === 0 ? undefined : actions,
    error,
    endedEarly: mine.endedEarly,
    older:
      mine.next === null ? undefined : () => setWanted({ ...wanted, key, pages: mine.pages + 2 }),
    isLoading: asked !== undefined && isMore && error === undefined,
    reload: () => setWanted({ key, pages: PAGES_AT_FIRST, look: wanted.look + 1 }),
  };
}
