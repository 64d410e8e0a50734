import { timeOf } from '../message/business-time.ts';

/**
 * A time as a person writes it, in milliseconds since 1970. Without a zone it is UTC, as all times
 * that are shown.
 *
 * @throws {InvalidTimeError} for what is no time.
 */
export function timeAsked(text: string): number {
  return timeOf(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
}
