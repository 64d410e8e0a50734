import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { startPostgres } from '../../scripts/services/postgres.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { order, place, twoContexts } from '../inspection/fixtures/two-contexts.ts';
import { start, until } from '../runtime/fixtures/start.ts';
import { assistant } from './fixtures/assistant.ts';

test('on PostgreSQL the same is asked, while its server is away it is said, and then it goes on', async (t) => {
  const server = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-mcp-'));
  t.after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const { contexts, till } = twoContexts();
  till.refused.add('a-1');
  const app = await start(t, contexts, { store: postgres(server.connectionString) });
  await app.handle(order, 'a-1', place('a-1'));
  await app.handle(order, 'a-2', place('a-2'));
  const config = join(folder, 'thereupon.config.ts');
  writeFileSync(config, configText(server.connectionString));
  const { ask } = await assistant(t, { config });
  await until(async () => (await ask('parked')).json?.groups[0]?.heldBehind === 1, 30_000);

  const { groups } = (await ask('parked')).json;
  const why = await ask('why', { id: groups[0].parked[0].recordId });
  const lag = await ask('lag', { context: 'billing' });
  await app.stop();
  await server.kill();
  const away = await ask('parked');
  await server.restart();
  const back = await ask('parked');

  assert.deepEqual([groups[0].errorCode, groups[0].heldBehind], ['worthless', 1]);
  assert.match(why.json.summary, /^"ask for payment" of billing has parked it, on /);
  assert.equal(lag.json.contexts[0].running.processes[0].pid, process.pid);
  assert.deepEqual([away.isError, away.json], [true, undefined]);
  assert.match(away.text, /^\w+: .*ECONNREFUSED/);
  assert.deepEqual(back.json.groups, groups);
});

function configText(url: string): string {
  const from = (path: string): string => pathToFileURL(join(import.meta.dirname, path)).href;
  return `import { twoContexts } from '${from('../inspection/fixtures/two-contexts.ts')}';
    import { postgres } from '${from('../adapters/postgres/postgres-store.ts')}';
    export const { contexts } = twoContexts();
    export const store = postgres(${JSON.stringify(url)});`;
}
