import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testLog } from '../../conformance/log.ts';
import { sqlite } from './sqlite-store.ts';

testLog('sqlite', {
  open: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
    return {
      store: sqlite(directory, { transactionTimeoutMs: 30_000 }),
      close: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
  skip: {
    'what was acknowledged before a crash is there after it, and the old log is closed':
      'kill -9 needs a process of its own: see second-process.test.ts',
    'a transaction that a crash interrupts leaves nothing, whatever it still does':
      'kill -9 needs a process of its own: see second-process.test.ts',
  },
});
