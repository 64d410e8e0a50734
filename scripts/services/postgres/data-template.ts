/**
 * A data directory as `initdb` leaves it, made once for each version and user and then copied:
 * `initdb` takes a second, a copy a tenth of it.
 *
 * Text sorts by the rules of English (ICU) from PostgreSQL 15 on, as it does in most databases out
 * there: under the C collation a query that sorts text agrees with JavaScript by luck.
 */
import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '../process/account.ts';
import { cachedFolder } from './cached-folder.ts';
import { majorOf } from './installations.ts';
import type { Programs } from './programs.ts';
import { runProgram } from '../process/run-program.ts';
import { settingsFile } from './settings.ts';

/** Copies a fresh data directory to `target`, which must not be there yet. */
export async function copyDataTemplate(
  programs: Programs,
  target: string,
  account: Account,
): Promise<void> {
  const name = `postgres-${programs.version}-data`;
  const template = await cachedFolder(name, account, async (folder) => {
    await initialise(programs, join(folder, 'data'), account);
  });
  await copyFolder(join(template, 'data'), target, account);
}

/** Copies a folder as the account, whose own it then is; blocks are shared where they can be. */
export async function copyFolder(from: string, to: string, account: Account): Promise<void> {
  const args = process.platform === 'linux' ? ['-a', '--reflink=auto'] : ['-Rp'];
  await runProgram('cp', [...args, from, to], { account, cwd: tmpdir() });
}

async function initialise(programs: Programs, data: string, account: Account): Promise<void> {
  const sorting =
    majorOf(programs.version) >= 15 ? ['--locale-provider=icu', '--icu-locale=en-US'] : [];
  await runProgram(
    join(programs.bin, 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      ...sorting,
      '--no-instructions',
      '--no-sync',
    ],
    { account, cwd: tmpdir() },
  );
  // Each server has its own settings there; the last one said counts.
  appendFileSync(join(data, 'postgresql.conf'), `include '${settingsFile}'\n`);
}
