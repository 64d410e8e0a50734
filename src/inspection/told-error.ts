import type { WaitingRow } from '../log/waiting-row.ts';

/** Why something failed, without its stack. */
export interface ToldError {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
}

export function toldError(error: WaitingRow['error']): ToldError | null {
  if (error === null) return null;
  return { name: error.name, code: error.code, message: error.message };
}
