/**
 * `npm run library`: a story of one book and four readers, five weeks within seconds. The library runs
 * as it would in earnest, on files in a temporary directory; only time is told, by the test kit.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { playStory } from './story/play-story.ts';
import { traceOf } from './story/trace.ts';

// A reader that has seen enough (`npm run library | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const directory = mkdtempSync(join(tmpdir(), 'thereupon-library-'));
try {
  console.log(`A village library has one copy of each book. Whoever reserves a book that is on the shelf
has three days to collect it; after that it is the turn of the reader who has waited longest.

On the left is a fact as the logs recorded it, or "refused" where the desk said no; on the right
what it means. "catalogue" is the read model, whenever it shows something new.`);
  await playStory(directory, (line) => console.log(line));
  console.log(`
${styleText('bold', 'All that came of Ada reserving the book')}
${styleText('dim', '$ thereupon trace ada-reserves')}
`);
  process.exitCode = traceOf(directory, 'ada-reserves');
} finally {
  rmSync(directory, { recursive: true, force: true });
}
