import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import { committed, outgoing } from '../conformance/log/samples.ts';
import { commandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-recover-'));
after(() => rmSync(folder, { recursive: true }));

test('log recover begins a new epoch, and says what it shares with the one before', async () => {
  const { data, thereupon } = scene('one');
  const store = sqlite(data);
  const before = await store.open('ordering');
  await committed(before, { records: [outgoing(), outgoing()] });
  await before.close();

  const told = await thereupon('log', 'recover', 'ordering', '--beyond', '10');
  const again = await thereupon('log', 'recover', 'ordering', '--json');

  const reader = await store.reader('ordering');
  assert.equal(told.code, 0, told.err);
  assert.match(told.out, /^ordering goes on in epoch [\w-]+, beyond position 10\.\n/);
  assert.ok(
    told.out.endsWith(`shares positions up to 2 with the epoch before, ${before.epoch}.\n`),
  );
  const begun = JSON.parse(again.out) as { epoch: string; beyond: number };
  assert.deepEqual([begun.epoch, begun.beyond], [reader.epoch, 10]);
  await reader.close();
});

test('log recover says what is missing, and changes nothing', async () => {
  const { thereupon } = scene('other');

  const unknown = await thereupon('log', 'recover', 'shipping');
  const half = await thereupon('log', 'recover', 'ordering', '--accept-loss', 'the disk failed');
  const none = await thereupon('log', 'recover', 'ordering');

  assert.deepEqual([unknown.code, half.code, none.code], [2, 2, 1]);
  assert.match(unknown.err, /no context "shipping".*Take one of: ordering/);
  assert.match(half.err, /--accept-loss WHY --who NAME/);
  assert.match(none.err, /LogCorruptError: .*there is no such file/);
});

/** A configuration of its own, and the command line in front of it. */
function scene(name: string) {
  const data = join(folder, name);
  const config = join(folder, `${name}.config.ts`);
  const from = (path: string): string => pathToFileURL(join(import.meta.dirname, path)).href;
  writeFileSync(
    config,
    `import { boundedContext } from '${from('../context/bounded-context.ts')}';
    import { sqlite } from '${from('../adapters/sqlite/sqlite-store.ts')}';
    export const contexts = [boundedContext('ordering', {})];
    export const store = sqlite(${JSON.stringify(data)});`,
  );
  return {
    data,
    thereupon: async (...words: readonly string[]) => {
      let [out, err] = ['', ''];
      const code = await commandLine([...words, '--config', config], {
        cwd: folder,
        out: (text) => (out += text),
        err: (text) => (err += text),
        width: undefined,
      });
      return { code, out, err };
    },
  };
}
