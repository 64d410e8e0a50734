/** Replays one order file and tells a person of it: how far it is, and what was not taken and why. */
import { acknowledgedFile, bookmarkFile } from './data-directory.ts';
import { Acknowledged } from './replay/acknowledged.ts';
import { Bookmark } from './replay/bookmark.ts';
import { planReplay, type ReplayPlan } from './replay/plan-replay.ts';
import { ProgressBar, type ProgressTarget } from './replay/progress-bar.ts';
import { readOrders, type BadLine } from './replay/read-orders.ts';
import { replayOrders } from './replay/replay-orders.ts';
import type { Shop } from './shop.ts';

/** A file that was read whole: nothing was done with it yet, and nothing is wrong with it as a whole. */
export type OrderFile = {
  readonly plan: ReplayPlan;
  /** Lines that cannot be read, the first of them; the others are only counted. */
  readonly badLines: readonly BadLine[];
  readonly badLineCount: number;
};

export type ReplayFileOptions = {
  /** The data directory, for the file of what was acknowledged. */
  readonly directory: string;
  readonly target: ProgressTarget;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
};

/** More remarks than this are only counted. */
const remarksShownMax = 50;

/** Undefined when the signal ended it. @throws {OrderFileError} for a file that holds no orders. */
export async function readOrderFile(
  path: string,
  signal: AbortSignal,
): Promise<OrderFile | undefined> {
  const badLines: BadLine[] = [];
  let badLineCount = 0;
  const onBadLine = (badLine: BadLine): void => {
    badLineCount += 1;
    if (badLineCount <= remarksShownMax) badLines.push(badLine);
  };
  try {
    const plan = planReplay(await readOrders(path, { onBadLine, signal }));
    return { plan, badLines, badLineCount };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Answers whether it came to the end. */
export async function replayFile(
  { app, keepPrices }: Pick<Shop, 'app' | 'keepPrices'>,
  { plan, badLines, badLineCount }: OrderFile,
  { directory, target, nowMs, signal }: ReplayFileOptions,
): Promise<boolean> {
  const bar = new ProgressBar({ label: 'replaying', total: plan.invoiceCount, target, nowMs });
  let remarks = 0;
  const remark = ({ lineNumber, reason }: BadLine): void => {
    remarks += 1;
    if (remarks <= remarksShownMax) bar.print(`line ${lineNumber}: ${reason}`);
  };

  for (const each of badLines) remark(each);
  remarks = badLineCount;
  for (const each of plan.remarks) remark(each);
  const acknowledged = new Acknowledged(acknowledgedFile(directory));
  try {
    const onProgress = (done: number): void => bar.update(done);
    const onPassedOver = (done: number): void => bar.passOver(done);
    await replayOrders(app, plan, {
      keepPrices,
      acknowledged,
      bookmark: new Bookmark(bookmarkFile(directory), plan.fileHash),
      onRemark: remark,
      onProgress,
      onPassedOver,
      signal,
    });
  } finally {
    acknowledged.close();
    bar.end();
  }
  if (remarks > remarksShownMax) target.write(`and ${remarks - remarksShownMax} more remarks\n`);
  return !signal.aborted;
}
