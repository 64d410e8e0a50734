import { shortText } from '../message/text.ts';
import type { Logger, LogLine, LogValue } from './logger.ts';

/** No text of a log line is longer; of a longer one the beginning is kept, and its length. */
export const TEXT_CHARACTERS_MAX = 1_000;

/**
 * A logger whose lines are short, whatever is in a key or in what somebody threw: a line of a
 * megabyte is lost where it was most needed.
 */
export function shortLines(logger: Logger): Logger {
  return { log: (line) => logger.log(Object.values(line).some(isLong) ? shortened(line) : line) };
}

function shortened({ level, event, ...rest }: LogLine): LogLine {
  const fields = Object.entries(rest).map(([name, value]) => [name, cut(value)] as const);
  return { level, event, context: '', ...Object.fromEntries(fields) };
}

function isLong(value: LogValue): value is string {
  return typeof value === 'string' && value.length > TEXT_CHARACTERS_MAX;
}

function cut(value: LogValue): LogValue {
  return isLong(value) ? shortText(value, TEXT_CHARACTERS_MAX) : value;
}
