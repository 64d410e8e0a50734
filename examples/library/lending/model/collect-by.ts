/** How long a book is laid aside: whoever has not collected it by then has lost her turn. */
const DAYS = 3;

/** Both in ISO 8601. Three days by the hour: laid aside at nine, it waits until nine. */
export function collectBy(laidAside: string): string {
  return new Date(Date.parse(laidAside) + DAYS * 24 * 60 * 60 * 1_000).toISOString();
}
