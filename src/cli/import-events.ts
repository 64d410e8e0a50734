import type { Host } from '../host/host.ts';
import { chosenContexts } from '../inspection/chosen-contexts.ts';
import { ImportBatches, type ImportedInto } from '../inspection/import-batches.ts';
import { type ImportedLine, importedLines } from '../inspection/imported-line.ts';
import { type OpenLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import type { ByWhom } from '../runtime/by-whom.ts';
import { sourcesOf } from '../runtime/context-map.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { nameText } from '../telemetry/safe-text.ts';
import type { ReadLine, ReadLines } from './import-lines.ts';

/** After Ctrl-C what was left is waited for at most so long. */
const INTERRUPTED_WAIT_MS = 2_000;

/** Who is to take in, and how long each of them is waited for. */
export interface ImportForm {
  /** Only this context. */
  readonly context: string | undefined;
  readonly by: ByWhom;
  readonly waitMs: number;
  /** Only looks at the lines. */
  readonly isDryRun: boolean;
}

/** Where an import comes from, and who is told of it. */
export interface ImportWay {
  readonly lines: AsyncIterable<ReadLines>;
  readonly onBad: (line: number, why: string) => void;
  readonly onProgress: (read: { readonly bytes: number; readonly lines: number }) => void;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** What came of an import. */
export interface ImportResult {
  /** How many lines were looked at; empty ones do not count. */
  readonly lines: number;
  /** The number of the last one. */
  readonly lastLine: number;
  /** How many of them cannot be taken in by anybody. */
  readonly bad: number;
  /** How many messages nobody who was asked listens to, by type. */
  readonly unheard: Readonly<Record<string, number>>;
  readonly into: readonly (ImportedInto & {
    /** How many messages it was asked to take in; in a dry run, would have been. */
    readonly asked: number;
  })[];
  readonly tookMs: number;
  readonly ended: 'all' | 'interrupted';
}

/** Reads the lines one after the other, and has those who listen take in what they say. */
export async function importEvents(
  config: ThereuponConfig,
  form: ImportForm,
  way: ImportWay,
): Promise<ImportResult> {
  const { contexts } = config;
  const chosen = chosenContexts(contexts, form.context);
  const listening = chosen.filter((context) => sourcesOf(context, contexts).length > 0);
  if (listening.length === 0) throw noListener(chosen.map(({ name }) => name));
  const judge = importedLines({ contexts, chosen, clock: way.host.clock });
  if (form.isDryRun) return new Import(judge, form, way, countOnly).run();
  return withLogs(config, form.context, async (logs) => {
    const open = new Map(logs.map((each) => [each.name, each]));
    for (const { name } of listening) assertLog(open.get(name) as OpenLog, config.store.name);
    const asking = { store: config.store, host: way.host, waitMs: form.waitMs, signal: way.signal };
    const batches: MakeTarget = (context, source) => {
      const { log } = open.get(context) as OpenLog;
      return new ImportBatches({ ...asking, context, log }, source, form.by);
    };
    return new Import(judge, form, way, batches).run();
  });
}

/** Where the messages of one source for one context go to. */
type Target = Pick<ImportBatches, 'add' | 'leave' | 'answered' | 'result'>;
type MakeTarget = (context: string, source: string) => Target;

/** One import, under way. */
class Import {
  readonly #judge: (line: string) => ImportedLine;
  readonly #form: ImportForm;
  readonly #way: ImportWay;
  readonly #make: MakeTarget;
  /** By context and source. */
  readonly #targets = new Map<string, { readonly target: Target; asked: number }>();
  readonly #unheard = new Map<string, number>();
  #lines = 0;
  #lastLine = 0;
  #bad = 0;

  constructor(
    judge: (line: string) => ImportedLine,
    form: ImportForm,
    way: ImportWay,
    make: MakeTarget,
  ) {
    this.#judge = judge;
    this.#form = form;
    this.#way = way;
    this.#make = make;
  }

  async run(): Promise<ImportResult> {
    const { lines, signal, host, onProgress } = this.#way;
    const beganMs = host.clock.elapsedMs();
    for await (const read of lines) {
      for (const line of read.lines) {
        if (signal.aborted) break;
        await this.#take(line);
      }
      onProgress({ bytes: read.bytes, lines: this.#lines });
    }
    const isWhole = !signal.aborted;
    const targets = [...this.#targets.values()];
    if (isWhole) for (const { target } of targets) await target.leave();
    await this.#answered(isWhole);
    return {
      lines: this.#lines,
      lastLine: this.#lastLine,
      bad: this.#bad,
      unheard: Object.fromEntries(this.#unheard),
      into: targets.map(({ target, asked }) => ({ ...target.result, asked })),
      tookMs: Math.round(host.clock.elapsedMs() - beganMs),
      ended: isWhole ? 'all' : 'interrupted',
    };
  }

  async #take({ number, text, problem = '' }: ReadLine): Promise<void> {
    this.#lines += 1;
    this.#lastLine = number;
    const line: ImportedLine =
      text === undefined ? { kind: 'bad', why: problem } : this.#judge(text);
    if (line.kind === 'bad') {
      this.#bad += 1;
      this.#way.onBad(number, line.why);
    } else if (line.kind === 'unheard') {
      this.#unheard.set(line.type, (this.#unheard.get(line.type) ?? 0) + 1);
    } else {
      const { message, consumers } = line;
      const json = JSON.stringify(message);
      for (const context of consumers) await this.#hand(context, message.source, json);
    }
  }

  async #hand(context: string, source: string, message: string): Promise<void> {
    const key = JSON.stringify([context, source]);
    let to = this.#targets.get(key);
    if (to === undefined)
      this.#targets.set(key, (to = { target: this.#make(context, source), asked: 0 }));
    to.asked += 1;
    await to.target.add(message);
  }

  /** Whoever interrupts wants to know what became of what was left, but not to wait long for it. */
  async #answered(isWhole: boolean): Promise<void> {
    const { waitMs } = this.#form;
    const wait = isWhole
      ? { waitMs, signal: this.#way.signal }
      : {
          waitMs: Math.min(waitMs, INTERRUPTED_WAIT_MS),
          signal: new AbortController().signal,
        };
    await Promise.all([...this.#targets.values()].map(({ target }) => target.answered(wait)));
  }
}

/** Where nothing is left: a dry run. */
function countOnly(context: string, source: string): Target {
  const nothing = { taken: 0, known: 0, parked: 0, left: 0, refused: 0, why: null };
  const done = async (): Promise<void> => undefined;
  return { add: done, leave: done, answered: done, result: { context, source, ...nothing } };
}

function assertLog({ name, log }: OpenLog, storeName: string): void {
  if (log.epoch !== '') return;
  throw new QuestionError(
    'nothing-found',
    `There is no log of ${nameText(name)} in ${storeName}. It is made when its application first ` +
      'starts: start it once, or say with --context who is to take in.',
  );
}

function noListener(names: readonly string[]): QuestionError {
  return new QuestionError(
    'asked-wrongly',
    `Of ${names.map(nameText).join(', ')} none listens to another context, so nobody would take in what ` +
      'is imported.',
  );
}
