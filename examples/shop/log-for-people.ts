/**
 * What the shop writes to standard error: what a person should know of. A single retry is none of
 * it; the gateway loses answers all day, and what is not mended by trying again ends up parked.
 */
import { jsonLines, type Logger } from 'thereupon';

export function logForPeople(write: (text: string) => void): Logger {
  const lines = jsonLines(write, 'warn');
  return {
    log(line) {
      if (line.event !== 'retry') lines.log(line);
    },
  };
}
