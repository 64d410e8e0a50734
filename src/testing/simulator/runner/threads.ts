/** Threads that simulate, and the seeds dealt to them. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Asked, Told, Work } from './worker.ts';

/** A thread that has grown so large is replaced by a new one: Node keeps every module it loaded. */
const MEMORY_MAX = 700_000_000;

export type Threads = {
  readonly work: Work;
  readonly count: number;
  /** The next seeds to run; `end` when there are no more. */
  readonly next: () => Asked;
  readonly onTold: (told: Told) => void;
  /** Ends all threads at once. */
  readonly signal: AbortSignal;
};

/** Runs until there are no more seeds, or `signal` ends it. When one thread fails, all end. */
export async function runThreads(threads: Threads): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([threads.signal, failed.signal]);
  const run = (nth: number): Promise<void> =>
    runThread({ ...threads, signal }, nth).catch((error: unknown) => {
      failed.abort();
      throw error;
    });
  await Promise.all(Array.from({ length: threads.count }, (_, nth) => run(nth)));
}

async function runThread(threads: Threads, nth: number): Promise<void> {
  const { work, signal } = threads;
  while (!signal.aborted) {
    const worker = new Worker(PROGRAM, {
      workerData: work.sweep ? { ...work, sweep: { ...work.sweep, nth } } : work,
      execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
    });
    const isOver = await untilEnded(worker, threads);
    if (isOver) return;
  }
}

/** Beside this file, whether it runs as it is or was built. */
const PROGRAM = new URL(`worker${extname(import.meta.filename)}`, import.meta.url);

/** Answers whether there are no more seeds; otherwise the thread had grown too large. */
async function untilEnded(worker: Worker, threads: Threads): Promise<boolean> {
  const { work, next, onTold, signal } = threads;
  const ended = Promise.withResolvers<boolean>();
  let isOver = work.sweep !== undefined;
  worker.on('message', (told: Told) => {
    onTold(told);
    if (work.sweep !== undefined || told.failing !== undefined) return;
    const asked = told.memoryBytes > MEMORY_MAX ? 'end' : next();
    if (asked === 'end') isOver = told.memoryBytes <= MEMORY_MAX;
    worker.postMessage(asked);
  });
  worker.on('error', ended.reject);
  worker.on('exit', () => ended.resolve(isOver));
  const terminate = (): void => void worker.terminate();
  signal.addEventListener('abort', terminate);
  return ended.promise.finally(() => signal.removeEventListener('abort', terminate));
}
