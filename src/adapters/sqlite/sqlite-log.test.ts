// no testBackbone: messages between logs in files need no broker
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testLog } from '../../conformance/log.ts';
import { sqlite } from './sqlite-store.ts';

testLog('sqlite', {
  async open() {
    const directory = mkdtempSync(join(tmpdir(), 'thereupon-'));
    return {
      store: sqlite(directory),
      close: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
});
