import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  barrels,
  hiddenDates,
  misnamedServerTests,
  unprovenAdapters,
  vagueFolders,
} from './tidiness.ts';

test('an index.ts that is no door, or is imported inside, is found', () => {
  const files = [
    { path: 'src/index.ts', text: '' },
    { path: 'src/log/index.ts', text: '' },
    { path: 'src/log/log.ts', text: `import { run } from '../index.ts';` },
  ];

  assert.deepEqual(barrels(files, ['src/index.ts']), [
    'src/log/index.ts is no door of package.json: import from the file that owns the name',
    'src/log/log.ts imports src/index.ts: import from the file that owns the name',
  ]);
});

test('a folder called utils is found, a file of a good folder is not', () => {
  const files = [
    { path: 'src/log/utils/a.ts', text: '' },
    { path: 'src/log/record.ts', text: '' },
  ];

  assert.equal(vagueFolders(files).length, 1);
});

test('a date without an argument is found outside of the host', () => {
  for (const text of ['a(new Date());', 'const now = new Date;', 'const now = Date();']) {
    assert.equal(hiddenDates([{ path: 'src/log/a.ts', text }]).length, 1, text);
    assert.equal(hiddenDates([{ path: 'src/host/clock.ts', text }]).length, 0, text);
  }
});

test('a date made of a value, or named in a comment, is not a hidden clock', () => {
  const text = '// new Date() is banned\nnew Date(clock.now()).toISOString(); class UtcDate {}';

  assert.deepEqual(hiddenDates([{ path: 'src/log/a.ts', text }]), []);
});

test('an adapter that skips a suite without a word is found', () => {
  const suites = { path: 'src/conformance/index.ts', text: `export { testLog } from './log.ts';` };
  const silent = { path: 'src/adapters/memory/memory-log.ts', text: '// testLog(' };
  const proven = { path: 'src/adapters/memory/log.test.ts', text: `testLog('memory', {});` };
  const reason = { path: 'src/adapters/memory/index.ts', text: '// no testLog: it keeps nothing' };

  assert.equal(unprovenAdapters([suites, silent]).length, 1);
  assert.equal(unprovenAdapters([suites, silent, proven]).length, 0);
  assert.equal(unprovenAdapters([suites, silent, reason]).length, 0);
});

test('a test that starts a server and is not named so is found', () => {
  const text = `const server = await startShelf();`;
  const calls = ['sharedShelf', 'startShelf'];

  assert.deepEqual(misnamedServerTests([{ path: 'src/log/a.test.ts', text }], calls), [
    'src/log/a.test.ts calls startShelf(): name it *.int.test.ts',
  ]);
  assert.deepEqual(misnamedServerTests([{ path: 'src/log/a.int.test.ts', text }], calls), []);
  assert.deepEqual(misnamedServerTests([{ path: 'src/log/b.test.ts', text: '' }], calls), []);
});
