import { statSync } from 'node:fs';

/** What a program tells the `thereupon dev` that started it. */
export type ToldByProgram =
  /** It loads a file as it is now, or looks for one that is not there. */
  | { readonly thereupon: 'loads'; readonly file: string; readonly stamp: string }
  | {
      readonly thereupon: 'runs';
      readonly contexts: readonly string[];
      readonly store: string;
    };

/** A program may have messages of its own, which mean nothing here. */
export function isToldByProgram(message: unknown): message is ToldByProgram {
  const { thereupon } = (message ?? {}) as { readonly thereupon?: unknown };
  return thereupon === 'loads' || thereupon === 'runs';
}

/** What tells a file from what it was before; empty while there is none. */
export function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.mtimeMs} ${found.size}`;
}

/** Tells a program whose child it is. Programs that it starts itself are told the same. */
export const PARENT = 'THEREUPON_DEV';

/** So long may a program take to stop in order; then it is ended. Nothing is lost by that. */
export const STOP_MS_MAX = 10_000;
