import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('the command line works on the shop, also before it has ever been open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-shop-'));
  const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const config = join(import.meta.dirname, 'thereupon.config.ts');
  const words = ['--conditions=thereupon-source', program, '--config', config, 'parked', 'list'];

  const ended = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    env: { ...process.env, SHOP_DATA: folder },
  });

  assert.match(ended.stderr, /^There is no log of customers, .*\. Is it the right place\?/);
  assert.equal(ended.stdout, '');
  assert.equal(ended.status, 3);
  rmSync(folder, { recursive: true });
});
