import { type ReactNode, createContext, useContext } from 'react';
import type { About } from '../../../src/console/api.ts';
import { Problem } from '../parts/problem.tsx';
import { useQuestion } from './use-question.ts';

const AboutContext = createContext<About | undefined>(undefined);

/** Asks who looks and at what, and draws what is inside once that is known. */
export function AboutProvider({ children }: { readonly children: ReactNode }) {
  const { answer, error, reload } = useQuestion('about', {});
  if (answer !== undefined) return <AboutContext value={answer}>{children}</AboutContext>;
  return error === undefined ? null : <Problem error={error} onAgain={reload} />;
}

export function useAbout(): About {
  return useContext(AboutContext) as About;
}

/** Whether who looks may also act. */
export function useMayAct(): boolean {
  return useAbout().role === 'operator';
}
