import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { WalSync } from './wal-sync.ts';

test('what could not be brought to the disk says which file, why, and what to do', async () => {
  const path = join(import.meta.dirname, 'not-there.sqlite');
  const wal = new WalSync({ context: 'ordering', path });

  await assert.rejects(wal.sync(), {
    name: 'StoreNotSyncedError',
    code: 'store-not-synced',
    message:
      /not-there\.sqlite could not be brought to the disk: ENOENT.*start the application again/,
  });
});
