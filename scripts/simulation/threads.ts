/** Threads that simulate, and the seeds dealt to them. */
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
};

/** Runs until there are no more seeds. */
export async function runThreads(threads: Threads): Promise<void> {
  await Promise.all(Array.from({ length: threads.count }, (_, nth) => runThread(threads, nth)));
}

async function runThread(threads: Threads, nth: number): Promise<void> {
  for (;;) {
    const work = threads.work.sweep
      ? { ...threads.work, sweep: { ...threads.work.sweep, nth } }
      : threads.work;
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: work,
      execArgv: [...process.execArgv, '--disable-warning=ExperimentalWarning'],
    });
    const isOver = await untilEnded(worker, threads);
    if (isOver) return;
  }
}

/** Answers whether there are no more seeds; otherwise the thread had grown too large. */
function untilEnded(worker: Worker, { work, next, onTold }: Threads): Promise<boolean> {
  const ended = Promise.withResolvers<boolean>();
  let isOver = work.sweep !== undefined;
  worker.on('message', (told: Told) => {
    onTold(told);
    if (work.sweep !== undefined) return;
    const asked = told.memoryBytes > MEMORY_MAX ? 'end' : next();
    if (asked === 'end') isOver = told.memoryBytes <= MEMORY_MAX;
    worker.postMessage(asked);
  });
  worker.on('error', ended.reject);
  worker.on('exit', () => ended.resolve(isOver));
  return ended.promise;
}
