/** Reads what leads to a PostgreSQL database. */
import { OptionError } from './option-error.ts';

/** @throws {OptionError} for what leads to none. */
export function storeUrl(option: string, text: string | undefined): string | undefined {
  if (text === undefined || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text))) return text;
  throw new OptionError(option, `takes postgres://USER@HOST/DATABASE, not "${text}"`);
}
