import { type ReactNode, createContext, useContext, useEffect, useState } from 'react';
import type { Pulse } from '../../../src/console/api.ts';
import { hear } from './hear.ts';

/** So many pulses are kept, for what draws how it was: about five minutes. */
const HISTORY_MAX = 300;

/** How everything is, as it was last heard. */
export interface Heard {
  readonly pulse: Pulse | undefined;
  /** The oldest first, the last one included. */
  readonly history: readonly Pulse[];
  /** Why nothing is heard: the store, or the application, cannot be reached. */
  readonly trouble: string | undefined;
}

const HeardContext = createContext<Heard>({ pulse: undefined, history: [], trouble: undefined });

/** Hears the pulse, once for all that is drawn inside. */
export function PulseProvider({ children }: { readonly children: ReactNode }) {
  const [heard, setHeard] = useState<Heard>({ pulse: undefined, history: [], trouble: undefined });
  useEffect(() => {
    const take = (said: unknown): void => {
      const pulse = said as Pulse;
      setHeard(({ history }) => ({
        pulse,
        history: [...history, pulse].slice(-HISTORY_MAX),
        trouble: undefined,
      }));
    };
    return hear({
      url: () => 'api/pulse',
      events: { pulse: take },
      onTrouble: (trouble) => setHeard((before) => ({ ...before, trouble })),
    });
  }, []);
  return <HeardContext value={heard}>{children}</HeardContext>;
}

export function usePulse(): Heard {
  return useContext(HeardContext);
}
