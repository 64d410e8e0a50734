import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { commandLine } from './command-line.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'thereupon-new-'));
after(() => rmSync(folder, { recursive: true }));

const FILES = [
  '.gitignore',
  'README.md',
  'booking/context.ts',
  'booking/contracts.ts',
  'booking/screening.test.ts',
  'booking/screening.ts',
  'cinema.test.ts',
  'loyalty/card.ts',
  'loyalty/context.ts',
  'main.ts',
  'package.json',
  'thereupon.config.ts',
  'tsconfig.json',
];

test('a new project has all files of the template, called as it is, and says what comes next', async () => {
  const cwd = place();

  const { code, out } = await thereupon(cwd, 'new', 'odeon', '--no-install');

  assert.equal(code, 0);
  assert.match(out, /^odeon is there: .*\n\n {2}cd odeon\n {2}npm install\n {2}npm test /);
  assert.deepEqual(filesIn(join(cwd, 'odeon')), FILES);
  assert.match(readFileSync(join(cwd, 'odeon', 'README.md'), 'utf8'), /^# odeon\n/);
  for (const path of FILES.filter((each) => each.endsWith('.ts')))
    assert.equal(
      readFileSync(join(cwd, 'odeon', path), 'utf8'),
      readFileSync(join(root, 'template', path), 'utf8'),
    );
});

test('it depends on the Thereupon that made it, and on what that is developed with', async () => {
  const cwd = place();
  const own = manifestIn(root);

  await thereupon(cwd, 'new', 'odeon', '--no-install');

  const made = manifestIn(join(cwd, 'odeon'));
  assert.equal(made.name, 'odeon');
  assert.deepEqual(made.engines, own.engines);
  assert.equal(made.dependencies['thereupon'], `^${own.version}`);
  for (const [name, version] of Object.entries({ ...made.dependencies, ...made.devDependencies }))
    if (name !== 'thereupon') assert.equal(version, own.devDependencies[name], name);
});

test('another Thereupon is taken when it is named: a path counts from here, a version is left', async () => {
  const cwd = place();
  const tarball = join(cwd, 'own.tgz');
  writeFileSync(tarball, '');
  const made = async (name: string, spec: string) => {
    await thereupon(cwd, 'new', name, '--no-install', '--thereupon', spec);
    return manifestIn(join(cwd, name)).dependencies['thereupon'];
  };

  assert.equal(await made('by-path', 'own.tgz'), `file:${tarball}`);
  assert.equal(await made('by-version', '0.9.0-beta.1'), '0.9.0-beta.1');
});

test('with no name the person at the terminal is asked once; no answer is the name proposed', async () => {
  const cwd = place();
  const asked: string[] = [];
  const answering = (answer: string | undefined) => async (question: string) => {
    asked.push(question);
    return answer;
  };

  const named = await thereupon({ cwd, ask: answering(' odeon ') }, 'new', '--no-install');
  const proposed = await thereupon({ cwd, ask: answering('') }, 'new', '--no-install');
  const left = await thereupon({ cwd, ask: answering(undefined) }, 'new', '--no-install');

  assert.deepEqual([named.code, proposed.code, left.code], [0, 0, 2]);
  assert.deepEqual(readdirSync(cwd).toSorted(), ['cinema', 'odeon']);
  assert.equal(asked.length, 3);
  assert.match(asked[0] ?? '', /cinema/);
});

test('with no name and nobody to ask it is asked wrongly', async () => {
  const { code, err } = await thereupon(place(), 'new');

  assert.equal(code, 2);
  assert.match(err, /needs a name.*thereupon new NAME/);
});

test('a name that npm would refuse is refused, with one that it takes', async () => {
  const cwd = place();
  const proposals = {
    'My Cinema': 'my-cinema',
    '../Odeon': 'odeon',
    'Café\u001b[31m': 'cafe-31m',
    http: 'my-http',
    zod: 'my-zod',
    thereupon: 'my-thereupon',
    node_modules: 'node-modules',
    '…': 'cinema',
    '@scope/odeon': 'scope-odeon',
    ['x'.repeat(215)]: 'x'.repeat(50),
  };

  for (const [name, proposed] of Object.entries(proposals)) {
    const { code, err } = await thereupon(cwd, 'new', name, '--no-install');

    assert.equal(code, 2, name);
    assert.ok(err.endsWith(`, such as ${proposed}.\n`), err);
    assert.ok(!err.includes('\u001b'));
  }
  assert.deepEqual(readdirSync(cwd), []);
});

test('a directory that holds something is left as it is', async () => {
  const cwd = place();
  mkdirSync(join(cwd, 'odeon'));
  writeFileSync(join(cwd, 'odeon', 'notes.txt'), 'mine');
  writeFileSync(join(cwd, 'a-file'), 'mine, too');

  const directory = await thereupon(cwd, 'new', 'odeon', '--no-install');
  const file = await thereupon(cwd, 'new', 'a-file', '--no-install');

  assert.deepEqual([directory.code, file.code], [2, 2]);
  assert.match(directory.err, /odeon is not empty\. Take another name/);
  assert.match(file.err, /cannot be made there: .*Take another name/);
  assert.deepEqual(readdirSync(join(cwd, 'odeon')), ['notes.txt']);
});

test('. makes it in an empty directory, called as that is; a new repository is empty', async () => {
  const cwd = join(place(), 'odeon');
  mkdirSync(join(cwd, '.git'), { recursive: true });

  const { code, out } = await thereupon(cwd, 'new', '.', '--no-install');

  assert.equal(code, 0);
  assert.equal(manifestIn(cwd).name, 'odeon');
  assert.doesNotMatch(out, /cd /);
});

test('--json says what was made, and nothing else', async () => {
  const cwd = place();

  const { out } = await thereupon(cwd, 'new', 'odeon', '--no-install', '--json');

  assert.deepEqual(JSON.parse(out), {
    name: 'odeon',
    directory: join(cwd, 'odeon'),
    files: FILES,
    isInstalled: false,
  });
});

test('when npm install fails, the project is there, and the end is no success', async () => {
  const cwd = place();

  const made = await thereupon(cwd, 'new', 'odeon', '--thereupon', 'file:/nowhere/at-all.tgz');

  assert.equal(made.code, 1);
  assert.match(made.err, /npm install …\n.*ENOENT.*npm install failed.*install again\.\n$/s);
  assert.match(made.out, /cd odeon\n {2}npm install\n/);
  assert.deepEqual(filesIn(join(cwd, 'odeon')), FILES);
});

test('the README of a new project names commands that there are', async () => {
  const readme = readFileSync(join(root, 'template', 'README.md'), 'utf8');
  const named = [...readme.matchAll(/^npx thereupon (.*?)(?: {2,}#.*)?$/gm)];

  assert.ok(named.length >= 3);
  for (const [, words = ''] of named) {
    const { code, err } = await thereupon(folder, ...words.split(' '), '--help');
    assert.equal(code, 0, `${words}: ${err}`);
  }
});

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: object;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function manifestIn(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

function place(): string {
  return mkdtempSync(join(folder, 'place-'));
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();
}

async function thereupon(
  where:
    | string
    | { readonly cwd: string; readonly ask: (question: string) => Promise<string | undefined> },
  ...words: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const written = { out: '', err: '' };
  const code = await commandLine(words, {
    ...(typeof where === 'string' ? { cwd: where } : where),
    width: undefined,
    out: (piece) => (written.out += piece),
    err: (piece) => (written.err += piece),
  });
  return { code, ...written };
}
