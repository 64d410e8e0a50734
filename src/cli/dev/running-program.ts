import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import type { Clock } from '../../host/clock.ts';
import type { RunningHere } from '../../telemetry/application-channel.ts';
import { PARENT, STOP_MS_MAX, isToldByProgram } from './told-by-program.ts';

/** What is run. */
export interface Program {
  /** The file of the person's that it is about. */
  readonly source: string;
  /** What Node runs: the same file, or one of ours that reads it. */
  readonly file: string;
  readonly words: readonly string[];
  readonly cwd: string;
}

/** How a process ended: by itself, with an exit code, or by a signal. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A program as a process of its own. It writes where `thereupon dev` writes, has no standard input,
 * and is the leader of a group of processes: Ctrl-C in the terminal does not reach it, so that it
 * is told to stop by SIGTERM, once, whatever the reason. A second signal would end many programs
 * in the midst of stopping.
 */
export class RunningProgram {
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  #hasEnded = false;

  constructor(
    { file, words, cwd }: Program,
    hear: {
      readonly loads: (file: string, stamp: string) => void;
      readonly runs: (running: RunningHere) => void;
    },
  ) {
    this.#process = fork(file, words, {
      cwd,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, '--import', SUPERVISED],
      env: { ...process.env, [PARENT]: String(process.pid) },
    });
    this.#process.on('message', (message) => {
      if (!isToldByProgram(message)) return;
      if (message.thereupon === 'loads') hear.loads(message.file, message.stamp);
      else hear.runs(message);
    });
    this.ended = this.#end();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Stops it in order, and waits for that: 10 seconds, or until `atOnce` aborts. Answers whether it
   * has stopped by itself.
   */
  async stop(clock: Clock, atOnce: AbortSignal): Promise<boolean> {
    if (this.#hasEnded) return true;
    let isKilled = false;
    const kill = (): void => {
      isKilled = true;
      this.#kill();
    };
    const cancel = clock.after(STOP_MS_MAX, kill);
    atOnce.addEventListener('abort', kill);
    try {
      this.#process.kill('SIGTERM');
      if (atOnce.aborted) kill();
      await this.ended;
      return !isKilled;
    } finally {
      cancel();
      atOnce.removeEventListener('abort', kill);
    }
  }

  /** With the processes that it has started, if any. */
  #kill(): void {
    const { pid } = this.#process;
    if (pid === undefined || this.#hasEnded) return;
    process.kill(-pid, 'SIGKILL');
  }

  async #end(): Promise<Ended> {
    const [exitCode, signal] = (await once(this.#process, 'exit')) as [
      Ended['exitCode'],
      Ended['signal'],
    ];
    this.#hasEnded = true;
    return { exitCode, signal };
  }
}

/** Beside this file, whether it runs as it is or was built. */
const SUPERVISED = new URL(`supervised${extname(import.meta.filename)}`, import.meta.url).href;
