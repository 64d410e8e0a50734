/** A program of the benchmarks in a process of its own, which tells what it hears and does. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export class OtherProcess<Told> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, onTold: (told: Told) => void) {
    this.#child = child;
    child.on('message', (told) => told !== RUNNING && onTold(told as Told));
  }

  /** A program such as `postgres/hearing-child.ts`. Resolves when it says that it runs. */
  static async start<Told>(
    program: string,
    given: readonly string[],
    onTold: (told: Told) => void,
  ): Promise<OtherProcess<Told>> {
    const child = fork(join(import.meta.dirname, program), given, {
      execArgv: ['-C', 'thereupon-source'],
      serialization: 'advanced',
    });
    const other = new OtherProcess(child, onTold);
    const [said] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (said !== RUNNING) throw new Error(`${program} ended before it ran: ${String(said)}.`);
    return other;
  }

  signal(signal: 'SIGSTOP' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** Whatever state it is in. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

const RUNNING = 'running';

/** Told by the other process itself. */
export function tellRunning(): void {
  tell(RUNNING);
}

export function tell(told: unknown): void {
  process.send?.(told);
}

/** Milliseconds by a clock that all processes of the machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
