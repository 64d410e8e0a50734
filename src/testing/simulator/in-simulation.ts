import { AsyncLocalStorage } from 'node:async_hooks';
import type { HiddenSourceError } from './hidden-source.ts';
import type { Life } from './life.ts';

/** Whose code runs now, if it is code of a simulation. */
export const inSimulation = new AsyncLocalStorage<Running>();

export interface Running {
  /** Is told of what makes a run unrepeatable. */
  readonly world: {
    usesHiddenSource(by: string, source: string, stack: string): HiddenSourceError;
  };
  /** Absent for a client. */
  readonly life: Life | undefined;
  /** The handler or step. */
  readonly name: string;
}
