/**
 * The package as a stranger gets it: packed, installed in a fresh project, compiled against with
 * `skipLibCheck` off, and the README's first example run with it.
 *
 *     node scripts/packed-package.ts
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeBlocks } from './documentation/code-blocks.ts';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
  devDependencies: Record<string, string>;
};

/** Not everybody builds with TypeScript 7 yet. */
const olderTypeScript = 'typescript-5.9';

const folder = mkdtempSync(join(tmpdir(), 'thereupon-package-'));
try {
  const tarball = packPackage();
  const consumer = join(folder, 'consumer');
  mkdirSync(consumer);
  installInto(consumer, tarball);
  writeDoors(consumer);
  const runnable = writeFirstExample(consumer);
  for (const compiler of ['typescript', olderTypeScript]) {
    const tsc = join('node_modules', compiler, 'bin', 'tsc');
    run(`compile with ${compiler}`, consumer, process.execPath, [tsc, '-p', '.']);
  }
  for (const file of runnable) run(`run ${file}`, consumer, process.execPath, [file]);
  run('start the command line', consumer, 'npx', ['--no-install', 'thereupon', '--help']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Packs the package and looks at what is in it. */
function packPackage(): string {
  const output = run('npm pack', root, 'npm', ['pack', '--json', '--pack-destination', folder]);
  // `prepare` may print before it.
  const report = JSON.parse(output.slice(output.indexOf('[\n'))) as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ];
  const [{ filename, unpackedSize, files }] = report;
  const paths = files.map(({ path }) => path);
  console.log(`${filename}: ${paths.length} files, ${Math.round(unpackedSize / 1024)} KiB`);
  for (const expected of ['LICENSE', 'README.md', 'bin/thereupon.cjs', 'dist/index.d.ts']) {
    assert.ok(paths.includes(expected), `${expected} is missing from the package`);
  }
  const strangers = paths.filter((path) => /\.test\.|\/fixtures\/|^(examples|scripts)/.test(path));
  assert.deepEqual(strangers, [], 'the package holds what only its makers need');
  return join(folder, filename);
}

function installInto(consumer: string, tarball: string): void {
  const versionOf = (name: string): string => `${name}@${manifest.devDependencies[name]}`;
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
  const packages = [
    ...['typescript', '@types/node', 'zod'].map(versionOf),
    `${olderTypeScript}@npm:typescript@5.9`,
  ];
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  run('npm install', consumer, 'npm', ['install', ...quiet, tarball, ...packages]);
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        module: 'nodenext',
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        allowImportingTsExtensions: true,
        types: ['node'],
      },
    }),
  );
}

/** Every door is imported once, so that every declaration is looked at. */
function writeDoors(consumer: string): void {
  const names = Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'));
  const lines = names.map(
    (name, index) => `export * as door${index} from 'thereupon${name.slice(1)}';`,
  );
  writeFileSync(join(consumer, 'doors.ts'), `${lines.join('\n')}\n`);
}

/** The README's blocks, as files; returns those that it says to run. */
function writeFirstExample(consumer: string): string[] {
  const blocks = codeBlocks(readFileSync(join(root, 'README.md'), 'utf8'));
  for (const block of blocks) {
    mkdirSync(dirname(join(consumer, block.path)), { recursive: true });
    writeFileSync(join(consumer, block.path), `${block.code}export {};\n`);
  }
  const runnable = blocks.filter(({ isRun }) => isRun).map(({ path }) => path);
  assert.ok(runnable.length > 0, 'README.md has no example marked "ts run"');
  return runnable;
}

function run(what: string, cwd: string, command: string, args: string[]): string {
  const ended = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  const output = `${ended.stdout}${ended.stderr}${ended.error?.message ?? ''}`;
  assert.equal(ended.status, 0, `${what} failed:\n${output}`);
  console.log(`ok: ${what}`);
  return ended.stdout;
}
