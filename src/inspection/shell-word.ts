import { messageText } from '../telemetry/safe-text.ts';

/**
 * A word of a command that somebody may copy into a shell: quoted when it is no plain word, as ids
 * come from anywhere, and a shell would run what is in some of them.
 */
export function shellWord(word: string): string {
  if (/^[\w.:@/+][\w.:@/+-]*$/.test(word)) return word;
  return messageText(`'${word.replaceAll("'", String.raw`'\''`)}'`);
}
