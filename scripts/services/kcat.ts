/** kcat, a client of Kafka in C that many use by hand: it knows nothing of us, nor of our client. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ServiceMissingError, type Service } from './service.ts';

export const kcat: Service = {
  name: 'kcat',
  title: 'kcat',
  startedBy: 'runKcat',
  howToGet: 'Run "apt-get install kcat" (Debian), "brew install kcat" (macOS).',
  find: () => {
    const program = findProgram();
    if (program === undefined) return undefined;
    const said = spawnSync(program, ['-V'], { encoding: 'utf8' }).stdout;
    return {
      version: /Version (\d[\w.]*)/.exec(said)?.[1] ?? 'of no known version',
      from: program,
    };
  },
};

const timeoutMs = 60_000;

/**
 * Runs it to its end, given this on its standard input, and answers with its output.
 *
 *     await runKcat(['-P', '-b', brokers, '-t', topic, '-H', 'ce_type=ordering.OrderPlaced'], data);
 */
export async function runKcat(args: readonly string[], input = ''): Promise<string> {
  const program = findProgram();
  if (program === undefined) throw new ServiceMissingError(kcat);
  // What a person has set up for their own clusters is not for ours.
  const env = { ...process.env, KCAT_CONFIG: '/dev/null' };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs });
  // Who only reads may end before it has taken its input.
  child.stdin.on('error', () => undefined).end(input);
  const said = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.error += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(said.out);
      else reject(new Error(`kcat ended with ${code ?? signal}:\n${said.out}${said.error}`));
    });
  });
}

/** Debian has called it kafkacat before. */
function findProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return ['kcat', 'kafkacat']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}
