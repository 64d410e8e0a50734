import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Has npm install what a project needs. Answers whether it did; npm says why not by itself. */
export async function npmInstall(
  directory: string,
  tell: (text: string) => void,
): Promise<boolean> {
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    // On Windows npm is a script, which only a shell can run.
    shell: process.platform === 'win32',
  });
  for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', tell);
  try {
    const [exitCode] = (await once(npm, 'close')) as [number | null];
    return exitCode === 0;
  } catch (error) {
    tell(`npm cannot be started: ${(error as Error).message}\n`);
    return false;
  }
}
