/**
 * What a shop's main process and the processes of its contexts say to each other, over the channel
 * that a process has with its parent. Everything is JSON.
 */

import { OtherProcessError } from './other-process-error.ts';
export type Call =
  | {
      readonly ask: 'handle';
      readonly aggregate: string;
      readonly id: string;
      readonly command: unknown;
      readonly options: object;
    }
  | { readonly ask: 'keep-prices'; readonly listed: object }
  | { readonly ask: 'get'; readonly model: string; readonly key: string; readonly options: object }
  | { readonly ask: 'find'; readonly model: string; readonly query: object }
  | { readonly ask: 'count'; readonly model: string; readonly where: object }
  | { readonly ask: 'timers'; readonly selection: object }
  | { readonly ask: 'health' | 'parked' | 'follow-clock' }
  | { readonly ask: 'stop' }
  | SettleCall;

/** Business has come to a time, and what others have published up to these tokens is to be done. */
export type SettleCall = {
  readonly ask: 'settle';
  readonly businessTime: string | undefined;
  readonly after: readonly string[];
  readonly timeoutMs: number;
};

/** How a process stands when it has nothing to do. */
export type SettledProcess = {
  /** By contract, a token of where it was published last. */
  readonly published: Readonly<Record<string, string>>;
  /** When the next timer by business time is due, in milliseconds since 1970. */
  readonly nextTimer: number | undefined;
};

/** From the main process. */
export type Question = { readonly number: number; readonly call: Call };

/** From the process of a context: that it runs, that it cannot, or what came of a question. */
export type Told =
  | { readonly told: 'running' }
  | { readonly told: 'not-running'; readonly why: ErrorFacts }
  | { readonly told: 'result'; readonly number: number; readonly result: unknown }
  | { readonly told: 'failure'; readonly number: number; readonly why: ErrorFacts };

/** An error on its way to another process: what it says of itself, without what it is made of. */
export type ErrorFacts = {
  readonly name: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

export function factsOf(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fields: {} };
  const { name, message, cause: _, ...fields } = error as Error & Record<string, unknown>;
  return { name, message, fields };
}

export function errorOf({ name, message, fields }: ErrorFacts): Error {
  return Object.assign(new OtherProcessError(message), fields, { name });
}
