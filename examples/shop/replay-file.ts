/** Replays one order file and tells a person of it: how far it is, and what was not taken and why. */
import type { Application } from 'thereupon';
import { acknowledgedFile } from './data-directory.ts';
import { Acknowledged } from './replay/acknowledged.ts';
import { planReplay } from './replay/plan-replay.ts';
import { ProgressBar, type ProgressTarget } from './replay/progress-bar.ts';
import { readOrders, type BadLine } from './replay/read-orders.ts';
import { replayOrders } from './replay/replay-orders.ts';

export type ReplayFileOptions = {
  readonly path: string;
  /** The data directory, for the file of what was acknowledged. */
  readonly directory: string;
  readonly target: ProgressTarget;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
};

/** More remarks than this are only counted. */
const remarksShownMax = 50;

/** Answers whether it came to the end. @throws {OrderFileError} for a file that holds no orders. */
export async function replayFile(app: Application, options: ReplayFileOptions): Promise<boolean> {
  const { path, directory, target, nowMs, signal } = options;
  let remarks = 0;
  let print = (text: string): void => void target.write(`${text}\n`);
  const remark = ({ lineNumber, reason }: BadLine): void => {
    remarks += 1;
    if (remarks <= remarksShownMax) print(`line ${lineNumber}: ${reason}`);
  };

  const lines = await readOrders(path, { onBadLine: remark, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (lines === undefined) return false;
  const plan = planReplay(lines);
  for (const each of plan.remarks) remark(each);
  const bar = new ProgressBar({ label: 'replaying', total: plan.invoiceCount, target, nowMs });
  print = (text) => bar.print(text);
  const acknowledged = new Acknowledged(acknowledgedFile(directory));
  try {
    const onProgress = (done: number): void => bar.update(done);
    await replayOrders(app, plan, { acknowledged, onRemark: remark, onProgress, signal });
  } finally {
    acknowledged.close();
    bar.end();
  }
  if (remarks > remarksShownMax) target.write(`and ${remarks - remarksShownMax} more remarks\n`);
  return !signal.aborted;
}
