import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first line that a child process printed, and when that was, from before it was started. */
export interface Told {
  readonly line: string;
  readonly afterMs: number;
}

/** Runs a program with this Node, until it ends. */
export async function runChild(
  program: string,
  given: readonly string[],
  options: { readonly nodeOptions?: readonly string[] } = {},
): Promise<Told> {
  const { nodeOptions = ['-C', 'thereupon-source'] } = options;
  const begin = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, program, ...given], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code ?? 0));
  });
  let told: Told | undefined;
  for await (const line of createInterface(child.stdout))
    told ??= { line, afterMs: performance.now() - begin };
  const how = await ended;
  if (how !== 0 || told === undefined) throw new Error(`${program} ended with ${how}.`);
  return told;
}
