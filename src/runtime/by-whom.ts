import { assertTextOption } from './invalid-option.ts';

/** The longest name of whoever does something to the running system. */
const WHO_CHARACTERS_MAX = 200;
/** The longest reason for it. */
const WHY_CHARACTERS_MAX = 1_000;

/** Who does something to the running system, and why: kept for the audit trail. */
export interface ByWhom {
  /** 1 to 200 characters. */
  readonly who: string;
  /** 1 to 1,000 characters. */
  readonly why: string;
}

/** @throws {InvalidOptionError} when one is missing, or cannot be kept. */
export function assertByWhom({ who, why }: ByWhom): void {
  assertTextOption('who', who, WHO_CHARACTERS_MAX);
  assertTextOption('why', why, WHY_CHARACTERS_MAX);
}
