import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { committed, fact, facts } from '../conformance/log/samples.ts';

test('beside a running application, until Ctrl-C: then the exit code is 0', async (t) => {
  const { log, thereupon } = await scene(t);
  await committed(log, { records: [fact('order/1', 1)] });
  const program = thereupon('tail', '--last', '1');

  await seen(program, /order\/1 v1 /);
  await committed(log, { records: [fact('order/1', 2)] });
  await seen(program, /order\/1 v2 /);
  const said = text(program.stderr);
  program.kill('SIGINT');
  const [code, signal] = (await once(program, 'close')) as [number | null, string | null];

  assert.deepEqual([code, signal, await said], [0, null, '']);
});

test('it ends when nobody reads it any more, and that is no failure', async (t) => {
  const { log, thereupon } = await scene(t);
  const data = JSON.stringify('x'.repeat(5_000));
  const records = facts('order/1', 1, 2_000).map((record) => ({ ...record, key: data }));
  await committed(log, { records });
  const program = thereupon('tail', '--from', 'beginning', '--json');
  const said = text(program.stderr);

  await once(program.stdout, 'data');
  program.stdout.destroy();
  const [code] = (await once(program, 'close')) as [number | null];

  assert.deepEqual([code, await said], [0, '']);
});

type Program = ChildProcessByStdio<null, Readable, Readable>;

async function seen({ stdout }: Program, what: RegExp): Promise<void> {
  let out = '';
  while (!what.test(out)) out += String((await once(stdout, 'data'))[0]);
}

/** A log that is written to here, and the program, a process of its own. */
async function scene(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-tail-'));
  const log = await sqlite(folder).open('ordering');
  t.after(async () => {
    await log.close();
    rmSync(folder, { recursive: true });
  });
  const from = (path: string): string => pathToFileURL(join(import.meta.dirname, path)).href;
  writeFileSync(
    join(folder, 'thereupon.config.ts'),
    `import { boundedContext } from '${from('../context/bounded-context.ts')}';
    import { sqlite } from '${from('../adapters/sqlite/sqlite-store.ts')}';
    export const contexts = [boundedContext('ordering', {})];
    export const store = sqlite(${JSON.stringify(folder)});`,
  );
  const thereupon = (...words: string[]): Program => {
    const main = join(import.meta.dirname, 'main.ts');
    const node = ['--conditions=thereupon-source', '--disable-warning=ExperimentalWarning', main];
    const program = spawn(process.execPath, [...node, ...words], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => program.kill('SIGKILL'));
    return program;
  };
  return { log, thereupon };
}
