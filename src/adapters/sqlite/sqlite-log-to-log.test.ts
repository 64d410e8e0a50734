import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from '../../backbone/log-to-log.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import { sqlite } from './sqlite-store.ts';

testBackbone('embedded, over SQLite', {
  open: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
    return {
      backbone: embedded(),
      another: embedded,
      store: sqlite(directory),
      close: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
});
