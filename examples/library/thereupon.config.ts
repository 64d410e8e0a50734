/** What the command line looks at: the library's contexts, and where they keep their data. */
import { sqlite } from 'thereupon/sqlite';
import { libraryContexts } from './contexts.ts';
import { memoryMailbox } from './notices/mailbox.ts';

export const contexts = libraryContexts(memoryMailbox());
export const store = sqlite(process.env['LIBRARY_DATA'] ?? './data/library');
