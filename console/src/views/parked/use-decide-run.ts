import { useCallback, useEffect, useRef, useState } from 'react';
import type { Decided } from '../../../../src/inspection/decide-parked.ts';
import { type AskError, act } from '../../api/ask.ts';
import type { Target } from './target.ts';

/** What is done about parked records, one after the other. */
export interface Decision {
  readonly action: 'redrive' | 'discard';
  readonly targets: readonly Target[];
  /** Tried with this data in place of its own; for one record. */
  readonly edited?: { readonly data: unknown } | undefined;
}

/** What became of one of them. */
export interface Step {
  readonly target: Target;
  readonly state: Decided['state'];
  readonly why: string | null;
}

export interface DecideRun {
  /** In the order of the targets. */
  readonly steps: readonly Step[];
  readonly isRunning: boolean;
  /** Somebody has asked it to stop; the one under way still ends. */
  readonly isStopping: boolean;
  /** Why it ended early. */
  readonly error: AskError | undefined;
  /** Goes on until so many are done in all. */
  readonly go: (upTo: number, how: { readonly why: string; readonly perSecond: number }) => void;
  readonly stop: () => void;
}

/**
 * Asks for one after the other, from here: whoever watches sees what each does before there is more,
 * and what was not asked for yet is not done when the page is closed.
 */
export function useDecideRun({ action, targets, edited }: Decision): DecideRun {
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [isStopping, setStopping] = useState(false);
  const [error, setError] = useState<AskError>();
  const wantsStop = useRef(false);
  const stop = useCallback(() => {
    wantsStop.current = true;
    setStopping(true);
  }, []);
  useEffect(
    () => () => {
      wantsStop.current = true;
    },
    [],
  );
  const go: DecideRun['go'] = (upTo, { why, perSecond }) => {
    wantsStop.current = false;
    setStopping(false);
    setError(undefined);
    setRunning(true);
    void (async () => {
      try {
        let next = performance.now();
        for (const target of targets.slice(steps.length, upTo)) {
          // Before each, and not after the last: whoever tries one sees at once that it is over.
          await rest(next - performance.now(), wantsStop);
          if (wantsStop.current) break;
          next = performance.now() + 1_000 / perSecond;
          const step = await decide(target, { action, why, edited });
          setSteps((before) => [...before, step]);
        }
      } catch (problem) {
        setError(problem as AskError);
      } finally {
        setRunning(false);
      }
    })();
  };
  return { steps, isRunning, isStopping, error, go, stop };
}

/** @throws {AskError} when it is no use to go on with the others. */
async function decide(
  target: Target,
  { action, why, edited }: Pick<Decision, 'action' | 'edited'> & { readonly why: string },
): Promise<Step> {
  const { heldBehind: _, ...named } = target;
  try {
    const decided =
      action === 'redrive'
        ? await act('redrive', { ...named, why, ...(edited === undefined ? {} : { edited }) })
        : await act('discard', { ...named, why });
    return { target, state: decided.state, why: decided.why };
  } catch (problem) {
    const { status, message } = problem as AskError;
    // It is not parked any more, say. Whoever is not let in, or reaches nobody, need not go on.
    const isOnlyThisOne = status >= 400 && status < 500 && status !== 401 && status !== 403;
    if (!isOnlyThisOne) throw problem;
    return { target, state: 'refused', why: message };
  }
}

/** Waits in short steps, so that it can be stopped. */
async function rest(ms: number, wantsStop: { readonly current: boolean }): Promise<void> {
  const until = performance.now() + ms;
  while (!wantsStop.current && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, until - performance.now())));
}
