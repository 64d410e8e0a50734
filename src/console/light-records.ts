import type { ShownRecord } from '../inspection/shown-record.ts';

/** So many characters of data are sent with a list of records. */
export const DATA_CHARACTERS_MAX = 2_097_152;
/** And so many with each of them. */
export const ONE_DATA_CHARACTERS_MAX = 65_536;

/** What stands in place of data that is too much for a list: the page then asks for that record alone. */
export interface LeftOutData {
  readonly '[too long for a list]': number;
}

/** The same records, without the data of those that make the list too long. */
export function lightRecords(records: readonly ShownRecord[]): ShownRecord[] {
  let left = DATA_CHARACTERS_MAX;
  return records.map((record) => {
    const characters = JSON.stringify(record.data)?.length ?? 0;
    if (characters > ONE_DATA_CHARACTERS_MAX || characters > left)
      return { ...record, data: { '[too long for a list]': characters } satisfies LeftOutData };
    left -= characters;
    return record;
  });
}
