import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { boundedContext } from '../context/bounded-context.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { migrate } from './migrate.ts';

const server = await sharedPostgres();
const contexts = [boundedContext('ordering', {}), boundedContext('billing', {})];
const form = { context: undefined, isDryRun: false, asJson: false };

test('a dry run prints the SQL of each context and runs nothing, then it is run', async () => {
  const config = { contexts, store: postgres(await server.createDatabase()) };

  const shown = await migrate(config, { ...form, isDryRun: true });
  const one = await migrate(config, { ...form, context: 'billing' });
  const rest = await migrate(config, form);
  const after = await migrate(config, { ...form, isDryRun: true, asJson: true });

  assert.match(shown, /^begin;\n\n-- ordering, migration 1: log\n/);
  assert.match(shown, /create schema "billing"/);
  assert.match(one, /^billing: 1 log, 2 positions, /);
  assert.match(rest, /^ordering: 1 log, .*\nbilling: nothing to do$/);
  assert.deepEqual(JSON.parse(after), {
    isDryRun: true,
    contexts: [
      { context: 'ordering', steps: [] },
      { context: 'billing', steps: [] },
    ],
  });
});

test('an unknown context, and a store that needs no migration, are said so', async () => {
  const url = await server.createDatabase();

  const unknown = migrate({ contexts, store: postgres(url) }, { ...form, context: 'shipping' });
  const files = migrate({ contexts, store: sqlite('./nowhere') }, form);

  await assert.rejects(unknown, { name: QuestionError.name, code: 'asked-wrongly' });
  await assert.rejects(files, { name: QuestionError.name, message: /nothing to migrate/ });
});
