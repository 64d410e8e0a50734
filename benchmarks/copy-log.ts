import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Copies a context's log that nobody runs, with what SQLite keeps beside it. */
export function copyLog(from: string, to: string, context: string): void {
  mkdirSync(to, { recursive: true });
  for (const ending of ['.sqlite', '.sqlite-wal']) {
    const file = join(from, context + ending);
    if (existsSync(file)) copyFileSync(file, join(to, context + ending));
  }
}
