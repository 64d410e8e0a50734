/**
 * Starts the gateway as a child of this process and ends it in order. The child holds the other end
 * of its standard input: when this process dies, by whatever signal, the child ends as well.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export type StartGatewayOptions = {
  /** The gateway's SQLite file. */
  readonly dataFile: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** How late late answers come, in milliseconds; default 10. */
  readonly lateMs?: number;
  /** Whether it begins switched off; default false. */
  readonly isOff?: boolean;
};

export type RunningGateway = {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the gateway has ended, by `stop` or by itself. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  /** Lets running requests finish; after five seconds it is ended by force. */
  readonly stop: () => Promise<void>;
};

export class GatewayStartError extends Error {
  override readonly name = 'GatewayStartError';
  readonly code = 'gateway-not-started';
  readonly retryable = false;
}

const startMsMax = 10_000;
const stopMsMax = 5_000;

export async function startGateway(options: StartGatewayOptions): Promise<RunningGateway> {
  const { dataFile, port = 0, lateMs = 10, isOff = false } = options;
  const program = fileURLToPath(import.meta.resolve('./main.ts'));
  const programArguments = ['--until-stdin-closes', '--data', dataFile, '--port', String(port)];
  const child = spawn(
    process.execPath,
    // Node 22 warns that its SQLite is experimental.
    [
      '--disable-warning=ExperimentalWarning',
      program,
      ...programArguments,
      '--late-ms',
      `${lateMs}`,
      ...(isOff ? ['--off'] : []),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  // A write to a child that is gone is no error of ours: `ended` says that it is gone.
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit').then(
    ([exitCode, signal]) => ({ exitCode, signal }),
    // The system had no room for another process.
    (error: NodeJS.ErrnoException) => ({ exitCode: null, signal: error.code ?? error.message }),
  );

  const stop = async () => {
    const force = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.stdin.end();
    await ended;
    clearTimeout(force);
  };
  try {
    return { port: await readyPort(child), pid: child.pid as number, ended, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function readyPort(child: ChildProcessByStdio<Writable, Readable, null>): Promise<number> {
  const output = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(output, 'line', { signal: AbortSignal.timeout(startMsMax) }).catch(() => ['']),
    once(output, 'close').then(() => ['']),
  ]);
  const ready = /^\{"ready":true,"port":(\d+)\}$/.exec(String(line));
  if (ready !== null) return Number(ready[1]);
  throw new GatewayStartError(
    'The payment gateway did not start; what it wrote to standard error says why.',
  );
}
