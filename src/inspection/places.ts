import { noPlaceToGoOn } from './listed-stream.ts';
import type { OpenLog } from './open-logs.ts';

/**
 * Where a look through several logs was left: `ordering:77,billing:1`.
 *
 * @throws {QuestionError} when that is no such text, or not of these logs.
 */
export function placesIn(logs: readonly OpenLog[], text: string): ReadonlyMap<string, number> {
  const found = placesOf(text);
  if (logs.some(({ name }) => !found.has(name))) throw noPlaceToGoOn(text);
  return found;
}

/** The same, of whatever logs it tells. @throws {QuestionError} when it is no such text. */
export function placesOf(text: string): ReadonlyMap<string, number> {
  const places = text.split(',').map((part) => /^([^:]+):(\d{1,16})$/.exec(part));
  if (places.includes(null)) throw noPlaceToGoOn(text);
  return new Map(places.map((place) => [place?.[1] ?? '', Number(place?.[2])]));
}

export function placesText(
  places: readonly { readonly context: string; readonly place: number }[],
): string {
  return places.map(({ context, place }) => `${context}:${place}`).join(',');
}
