import { borderSubscription } from '../backbone/border.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { FencedError } from '../subscription/fenced.ts';
import { endOf, endRequest, rowsOf } from './end-request.ts';
import { messagesKey, messagesOf } from './import-request.ts';
import type { ImportRequest } from './request.ts';
import type { RunningContext } from './running-context.ts';

/** Messages that wait to be taken in, and the row that asks for it. */
export interface AskedImport {
  readonly row: WaitingRow;
  readonly request: ImportRequest;
}

/** What is told while imports are done. */
export interface ImportNews {
  /** All of a source that was to be done is: there may be more. Otherwise some of it is left. */
  readonly onPause: (isDone: boolean) => void;
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Has the messages of imports taken in by the intake of their source, where that runs in this process.
 * Those of one source strictly one after the other: when one cannot be done now, the later ones
 * wait, so that the order of each key holds. Other sources, and other requests, go on.
 */
export class ImportDesk {
  readonly #running: RunningContext;
  readonly #news: ImportNews;
  readonly #stopping = new AbortController();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(running: RunningContext, news: ImportNews) {
    this.#running = running;
    this.#news = news;
  }

  /** Begins what is asked for, in that order, of each source of which nothing is under way. */
  begin(asked: readonly AskedImport[]): void {
    for (const [source, imports] of Map.groupBy(asked, ({ request }) => request.source))
      if (!this.#underWay.has(source)) this.#underWay.set(source, this.#work(source, imports));
  }

  /** Finishes what is under way, and begins nothing more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay.values());
  }

  async #work(source: string, imports: readonly AskedImport[]): Promise<void> {
    const isDone = await this.#takeAll(imports).catch((error: unknown) => {
      // Another process takes in by now.
      if (!(error instanceof FencedError)) this.#news.onTrouble(error);
      return false;
    });
    this.#underWay.delete(source);
    if (!this.#stopping.signal.aborted) this.#news.onPause(isDone);
  }

  async #takeAll(imports: readonly AskedImport[]): Promise<boolean> {
    for (const asked of imports)
      if (this.#stopping.signal.aborted || !(await this.#take(asked))) return false;
    return true;
  }

  /** False: not now, or not here. */
  async #take({ row, request }: AskedImport): Promise<boolean> {
    const running = this.#running;
    const { name, log } = running;
    const { source } = request;
    const refuse = (refused: string) => endRequest(running, row, { request, refused });
    const intake = running.intakes.get(source);
    if (intake === undefined) {
      // Another release that runs beside this one may listen to it, too.
      const isKnown = running.listensTo(source) || running.isElsewhere(borderSubscription(source));
      if (isKnown) return false;
      await refuse(`"${name}" listens to nothing of "${source}" any more.`);
      return true;
    }
    const { subscription, key } = messagesKey(row);
    const [left] = await log.waiting({ subscription, key, limit: 1 });
    const messages = left === undefined ? undefined : messagesOf(left);
    if (messages === undefined) {
      await refuse('Its messages are not there, or cannot be read. Import them again.');
      return true;
    }
    const imported = await intake.takeImported(messages, {
      done: rowsOf(row, request),
      operationOf: (counts) => endOf(running, row, { request, imported: counts }),
    });
    const { who, why } = request;
    const line = { context: name, source, id: row.recordId, ...imported, who, why };
    running.logger.log({ level: 'info', event: 'imported', ...line });
    return true;
  }
}
