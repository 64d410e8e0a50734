import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { QuestionError } from '../inspection/question-error.ts';
import { ExportNotWrittenError, beginExportFile } from './export-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-export-file-'));
after(() => rmSync(folder, { recursive: true }));

test('a file is under its name only when it is kept, and what is dropped leaves nothing', async () => {
  const directory = fresh('kept');
  const path = join(directory, 'x.ndjson');

  const file = await beginExportFile(path, false);
  await file.pour('one\n');
  await file.pour('two\n');
  const isThereBefore = existsSync(path);
  await file.keep();
  await file.drop();
  const other = await beginExportFile(join(directory, 'y.ndjson'), false);
  await other.pour('half');
  await other.drop();

  assert.equal(isThereBefore, false);
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  assert.deepEqual(readdirSync(directory), ['x.ndjson']);
});

test('a file that somebody else has made meanwhile stays', async () => {
  const directory = fresh('meanwhile');
  const path = join(directory, 'x.ndjson');

  const file = await beginExportFile(path, false);
  writeFileSync(path, 'theirs');
  await assert.rejects(file.keep(), { name: QuestionError.name, message: /already/ });
  await file.drop();

  assert.equal(readFileSync(path, 'utf8'), 'theirs');
  assert.deepEqual(readdirSync(directory), ['x.ndjson']);
});

test('of a link what it leads to is replaced', async () => {
  const directory = fresh('link');
  const real = join(directory, 'real.ndjson');
  const link = join(directory, 'link.ndjson');
  writeFileSync(real, 'old');
  symlinkSync(real, link);

  const file = await beginExportFile(link, true);
  await file.pour('new');
  await file.keep();

  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readFileSync(real, 'utf8'), 'new');
});

test('a device is never replaced by a file, however much it is forced', async () => {
  await assert.rejects(beginExportFile('/dev/null', true), { name: QuestionError.name });

  assert.ok(lstatSync('/dev/null').isCharacterDevice());
});

test('what cannot be written says so, with what to do', async () => {
  const directory = fresh('gone');

  const file = await beginExportFile(join(directory, 'x.ndjson'), true);
  await file.pour('one\n');
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  const keeping = file.keep();

  await assert.rejects(keeping, {
    name: ExportNotWrittenError.name,
    code: 'export-not-written',
    message: /could not be written to .*x\.ndjson \(ENOENT.*nothing of it is left/,
  });
  await file.drop();
  assert.deepEqual(readdirSync(directory), []);
});

function fresh(name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory);
  return directory;
}
