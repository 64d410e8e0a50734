import { type Clock } from '../host/clock.ts';
import {
  type ExportQuery,
  droppedUpTo,
  exportEnd,
  exportPages,
} from '../inspection/export-pages.ts';
import { type OpenLog, assertSomeLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { nameText } from '../telemetry/safe-text.ts';
import type { Pour } from './pour.ts';

/** Which logs are exported, and what of them. The limit holds for all of them together. */
export interface ExportForm extends ExportQuery {
  readonly context: string | undefined;
}

/** Where an export goes to, and who is told of it. */
export interface ExportWay {
  readonly pour: Pour;
  /** Shows how many positions are passed, of so many. */
  readonly progress: (total: number) => { update(done: number): void; end(): void };
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What came of an export. */
export interface Exported {
  readonly count: number;
  readonly tookMs: number;
  readonly contexts: readonly ExportedContext[];
  /** all: all that there was. limit: as many as were asked for. The others ended it early. */
  readonly ended: 'all' | 'limit' | 'not-read-on' | 'interrupted';
}

export interface ExportedContext {
  readonly context: string;
  readonly count: number;
  /** How many events of each type. */
  readonly types: Readonly<Record<string, number>>;
  /** How many records are not in it, as nobody has said what of them is personal. */
  readonly leftOut: number;
  /** That of the last one: a later export goes on after it. */
  readonly position: number;
  /** Up to here records were dropped for their age; 0 when none were. */
  readonly droppedUpTo: number;
}

/** Reads the logs one after the other, no further ahead than one page, and pours them out. */
export async function exportEvents(
  config: ThereuponConfig,
  form: ExportForm,
  way: ExportWay,
): Promise<Exported> {
  return withLogs(config, form.context, async (logs) => {
    assertSomeLog(logs, config.store.name);
    const begin = way.clock.elapsedMs();
    const { contexts, ended } = await exportLogs(logs, form, way);
    if (ended === 'all') assertTypesFound(contexts, logs, form);
    const count = contexts.reduce((sum, exported) => sum + exported.count, 0);
    return { count, tookMs: Math.round(way.clock.elapsedMs() - begin), contexts, ended };
  });
}

async function exportLogs(
  logs: readonly OpenLog[],
  form: ExportForm,
  way: ExportWay,
): Promise<Pick<Exported, 'contexts' | 'ended'>> {
  const parts: { readonly open: OpenLog; readonly end: number; readonly span: number }[] = [];
  for (const open of logs) {
    const end = await exportEnd(open, form);
    parts.push({ open, end, span: Math.max(0, end - form.after) });
  }
  const bar = way.progress(parts.reduce((sum, { span }) => sum + span, 0));
  const contexts: ExportedContext[] = [];
  let { limit } = form;
  let passed = 0;
  try {
    for (const { open, end, span } of parts) {
      const begun = passed - form.after;
      const onPosition = (position: number): void => bar.update(begun + position);
      const { exported, cut } = await exportLog(
        open,
        { ...form, limit },
        { ...way, end, onPosition },
      );
      contexts.push(exported);
      limit -= exported.count;
      passed += span;
      if (cut !== undefined) return { contexts, ended: cut };
      if (limit === 0) return { contexts, ended: 'limit' };
    }
    return { contexts, ended: 'all' };
  } finally {
    bar.end();
  }
}

async function exportLog(
  open: OpenLog,
  query: ExportQuery,
  {
    pour,
    signal,
    end,
    onPosition,
  }: Pick<ExportWay, 'pour' | 'signal'> & {
    readonly end: number;
    readonly onPosition: (position: number) => void;
  },
): Promise<{ exported: ExportedContext; cut: 'not-read-on' | 'interrupted' | undefined }> {
  const types = new Map<string, number>();
  let [count, leftOut, position] = [0, 0, query.after];
  let cut: 'not-read-on' | 'interrupted' | undefined;
  for await (const page of exportPages(open, query, end)) {
    const text = page.events.map((event) => `${event}\n`).join('');
    if (text !== '' && !(await pour(text))) cut = 'not-read-on';
    else if (signal.aborted) cut = 'interrupted';
    if (cut === 'not-read-on') break;
    for (const [type, more] of page.types) types.set(type, (types.get(type) ?? 0) + more);
    count += page.events.length;
    leftOut += page.leftOut;
    position = page.last ?? position;
    if (page.passed !== undefined) onPosition(page.passed);
    if (cut !== undefined) break;
  }
  const exported = {
    context: open.name,
    count,
    types: Object.fromEntries(types),
    leftOut,
    position,
    droppedUpTo: await droppedUpTo(open, query),
  };
  return { exported, cut };
}

/** Whoever exports a type from whole logs, and finds nothing of it, has most likely misspelt it. */
function assertTypesFound(
  contexts: readonly ExportedContext[],
  logs: readonly OpenLog[],
  { types = [], after, until }: ExportForm,
): void {
  if (after > 0 || until !== undefined) return;
  const known = new Set(logs.flatMap(({ vocabulary }) => [...vocabulary.contracts.keys()]));
  const found = new Set([...known, ...contexts.flatMap((exported) => Object.keys(exported.types))]);
  const missing = types.filter((type) => !found.has(type));
  if (missing.length === 0) return;
  throw new QuestionError(
    'nothing-found',
    `Nothing of the type ${missing.map((type) => JSON.stringify(type)).join(', ')} is there. ` +
      `The contracts are: ${[...known].map(nameText).join(', ') || 'none'}; other types, such as those ` +
      'of domain events, are looked for with --all.',
  );
}
