/** Starts a process that runs contexts, and asks it things. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { errorOf, type Call, type Question, type Told } from './calls.ts';
import type { ContextProcessOptions } from './context-process.ts';
import { ProcessLostError } from './process-lost-error.ts';

const program = join(import.meta.dirname, 'context-process.ts');

export type RunningProcess = {
  readonly pid: number;
  /** Resolves when it has ended, by itself or not, with how. */
  readonly ended: Promise<string>;
  /** @throws {ProcessLostError} when it ends before it has answered. */
  readonly ask: (call: Call) => Promise<unknown>;
  readonly kill: () => void;
};

/** @throws what kept it from running. */
export async function startProcess(options: ContextProcessOptions): Promise<RunningProcess> {
  const child = spawn(process.execPath, [...process.execArgv, program, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(
    ([exitCode, signal]) => `has ended (${String(signal ?? exitCode)})`,
    // The system had no room for another process.
    (error: Error) => `could not be started (${error.message})`,
  );
  const first = await Promise.race([once(child, 'message'), ended]);
  if (typeof first === 'string') throw new ProcessLostError(options.contexts, first);
  const [told] = first as [Told];
  if (told.told === 'not-running') throw errorOf(told.why);
  const questions = new Questions(child, options.contexts);
  void ended.then((how) => questions.lose(how));
  return {
    pid: child.pid as number,
    ended,
    ask: (call) => questions.ask(call),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** What was asked and not answered yet. */
class Questions {
  readonly #child: ChildProcess;
  readonly #contexts: readonly string[];
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #number = 0;
  #lost: string | undefined;

  constructor(child: ChildProcess, contexts: readonly string[]) {
    this.#child = child;
    this.#contexts = contexts;
    child.on('message', (told: Told) => this.#hear(told));
  }

  ask(call: Call): Promise<unknown> {
    if (this.#lost !== undefined) throw new ProcessLostError(this.#contexts, this.#lost);
    const asked = Promise.withResolvers<unknown>();
    const question: Question = { number: (this.#number += 1), call };
    this.#open.set(question.number, asked);
    // One that cannot be sent is one of those that are lost when it has ended.
    this.#child.send(question, () => undefined);
    return asked.promise;
  }

  lose(how: string): void {
    this.#lost = how;
    for (const { reject } of this.#open.values()) reject(new ProcessLostError(this.#contexts, how));
    this.#open.clear();
  }

  #hear(told: Told): void {
    if (told.told !== 'result' && told.told !== 'failure') return;
    const asked = this.#open.get(told.number);
    this.#open.delete(told.number);
    if (told.told === 'result') asked?.resolve(told.result);
    else asked?.reject(errorOf(told.why));
  }
}
