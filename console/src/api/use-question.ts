import { useCallback, useEffect, useState } from 'react';
import type { Questions } from '../../../src/console/api.ts';
import { type AskError, ask } from './ask.ts';

/** A question under way, or answered. The answer before stays while it is asked again. */
export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  readonly error: AskError | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * Asks when it is first drawn, when what is asked changes, and every so often. Undefined in place of what
 * is asked: nothing is asked yet.
 */
export function useQuestion<Name extends keyof Questions>(
  name: Name,
  asked: Questions[Name]['asked'] | undefined,
  { everyMs }: { readonly everyMs?: number } = {},
): Asked<Questions[Name]['answer']> {
  type Answer = Questions[Name]['answer'];
  const [state, setState] = useState<{ key: string; answer?: Answer; error?: AskError }>({
    key: '',
  });
  const [again, setAgain] = useState(0);
  const reload = useCallback(() => setAgain((count) => count + 1), []);
  const key = JSON.stringify([name, asked]);
  useEffect(() => {
    if (asked === undefined) return undefined;
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      try {
        const answer = await ask(name, asked, end.signal);
        if (!end.signal.aborted) setState({ key, answer });
      } catch (error) {
        if (end.signal.aborted) return;
        setState((before) => ({
          key,
          error: error as AskError,
          ...(before.key === key && before.answer !== undefined ? { answer: before.answer } : {}),
        }));
      }
      if (everyMs !== undefined && !end.signal.aborted)
        timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
    // What is asked is compared by what it says.
  }, [key, again, everyMs]);
  const isMine = state.key === key;
  return {
    answer: isMine ? state.answer : undefined,
    error: isMine ? state.error : undefined,
    isLoading: asked !== undefined && !isMine,
    reload,
  };
}
