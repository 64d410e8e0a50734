/**
 * The package as a stranger gets it: packed, installed in a fresh project, compiled against with
 * `skipLibCheck` off, and the README's first example run with it. Who names a server without its client is told so.
 *
 *     node scripts/packed-package.ts
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeBlocks } from './documentation/code-blocks.ts';
import { startWithoutClients, writeWithoutClients } from './missing-clients.ts';
import { pack } from './pack.ts';
import { runCommand } from './run-command.ts';

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
  writeWithoutClients(consumer);
  for (const compiler of ['typescript', olderTypeScript]) {
    const tsc = join('node_modules', compiler, 'bin', 'tsc');
    runCommand(`compile with ${compiler}`, consumer, process.execPath, [tsc, '-p', '.']);
  }
  for (const file of runnable) runCommand(`run ${file}`, consumer, process.execPath, [file]);
  startWithoutClients(consumer);
  runCommand('start the command line', consumer, 'npx', ['--no-install', 'thereupon', '--help']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Packs the package and looks at what is in it. */
function packPackage(): string {
  const { tarball, unpackedSize, paths } = pack(folder);
  console.log(
    `${basename(tarball)}: ${paths.length} files, ${Math.round(unpackedSize / 1024)} KiB`,
  );
  const needed = ['LICENSE', 'README.md', 'bin/thereupon.cjs', 'dist/index.d.ts'];
  // What no door leads to.
  needed.push('dist/page/index.html', 'dist/conformance/backbone/other-process.js');
  for (const expected of needed) {
    assert.ok(paths.includes(expected), `${expected} is missing from the package`);
  }
  const strangers = paths
    .filter((path) => !path.startsWith('template/'))
    .filter((path) => /\.test\.|\/fixtures\/|^(examples|scripts)/.test(path));
  assert.deepEqual(strangers, [], 'the package holds what only its makers need');
  return tarball;
}

function installInto(consumer: string, tarball: string): void {
  const versionOf = (name: string): string => `${name}@${manifest.devDependencies[name]}`;
  writeFileSync(join(consumer, 'package.json'), '{ "private": true, "type": "module" }\n');
  const packages = [
    ...['typescript', '@types/node', 'zod'].map(versionOf),
    `${olderTypeScript}@npm:typescript@5.9`,
  ];
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline'];
  runCommand('npm install', consumer, 'npm', ['install', ...quiet, tarball, ...packages]);
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
