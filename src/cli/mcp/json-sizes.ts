import { jsonText } from '../../telemetry/safe-text.ts';

/** What is nested deeper has no size that fits: nobody reads it, and it is looked through by recursion. */
export const NESTED_MAX = 100;
/** A text or a number of so many characters is shown whole, or not at all: an id that is cut misleads. */
const SMALL_MAX = 100;
/** What there is at least for a value that is not small. */
export const VALUE_MIN = 8;
/** An object with more fields is a list by another name: the first of them may be shown alone. */
const FIELDS_MAX = 40;

/** How long values are as one line of JSON, each told once; a comma too many here and there. */
export class JsonSizes {
  readonly #known = new Map<object, number>();

  of(value: unknown, depth: number): number {
    if (typeof value !== 'object' || value === null) return jsonText(value).length;
    if (depth > NESTED_MAX) return Number.POSITIVE_INFINITY;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const size = Array.isArray(value)
      ? value.reduce<number>((sum, item) => sum + this.of(item, depth + 1) + 1, 2)
      : Object.entries(value).reduce(
          (sum, [key, item]) => sum + this.ofKey(key) + this.of(item, depth + 1) + 1,
          2,
        );
    this.#known.set(value, size);
    return size;
  }

  /** The key with its colon. */
  ofKey(key: string): number {
    return jsonText(key).length + 1;
  }

  /** So much is needed to show of it what is small. */
  leastOf(value: unknown): number {
    if (typeof value !== 'object' || value === null)
      return this.isSmall(value) ? this.of(value, 0) : VALUE_MIN;
    const entries = Array.isArray(value) ? [] : Object.entries(value);
    if (entries.length > FIELDS_MAX) return 2;
    return entries.reduce((sum, [key, field]) => {
      return sum + this.ofKey(key) + (this.isSmall(field) ? this.of(field, 0) : VALUE_MIN) + 1;
    }, 2);
  }

  isSmall(value: unknown): boolean {
    if (typeof value === 'object' && value !== null) return false;
    return jsonText(value).length <= SMALL_MAX;
  }
}
