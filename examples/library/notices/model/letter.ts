/** What is written to readers, word for word. */
export type Letter = { readonly readerId: string; readonly text: string };

export function bookWaits(reader: {
  readonly readerId: string;
  readonly title: string;
  /** ISO 8601. */
  readonly collectBy: string;
}): Letter {
  const { readerId, title, collectBy } = reader;
  return { readerId, text: `"${title}" waits for you until ${timeInWords(collectBy)}.` };
}

export function turnIsOver(reader: { readonly readerId: string; readonly title: string }): Letter {
  const { readerId, title } = reader;
  const text = `You did not collect "${title}". It is the next reader's turn now.`;
  return { readerId, text };
}

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

/** "Thursday 5 March, 9:00". The village keeps UTC. */
export function timeInWords(time: string): string {
  const date = new Date(time);
  const minutes = String(date.getUTCMinutes()).padStart(2, '0');
  const day = `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  return `${day}, ${date.getUTCHours()}:${minutes}`;
}
