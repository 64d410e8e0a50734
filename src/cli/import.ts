import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import { systemHost } from '../host/host.ts';
import { userName } from '../host/user-name.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { shortText } from '../message/text.ts';
import { assertByWhom } from '../runtime/by-whom.ts';
import { jsonDocument, messageText } from '../telemetry/safe-text.ts';
import { BadLines } from './bad-lines.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { EXIT } from './exit-code.ts';
import { type ImportResult, importEvents } from './import-events.ts';
import { importLines } from './import-lines.ts';
import { importSummary } from './import-summary.ts';
import { ProgressBar } from './progress-bar.ts';

const WAIT_SECONDS = 10;
const WHY_CHARACTERS_MAX = 1_000;

interface Asked {
  readonly context?: string;
  readonly who: string;
  readonly why?: string;
  readonly wait: number;
  readonly dryRun?: true;
  readonly json?: true;
}

export function importCommand(means: CommandMeans): Command {
  return commandOf('import', {
    description:
      'Has CloudEvents 1.0, one JSON object a line, taken in by the contexts that listen to them, as if ' +
      'they had come over a backbone. What is known already is left out.',
    example:
      'thereupon import published.ndjson --context billing --why "moved from the old system"',
  })
    .argument(
      '<file>',
      'what thereupon export or any other system has written; - is standard input',
    )
    .option('--context <name>', 'only by this context')
    .option('--who <name>', 'who does it, for the audit trail', userName())
    .option('--why <text>', 'the reason (default: import of FILE)')
    .option('--dry-run', 'only look at the lines')
    .option('--wait <seconds>', 'so long an answer is waited for', wholeNumber, WAIT_SECONDS)
    .action((file: string, asked: Asked) => importAsked(file, asked, means));
}

/** `thereupon import`: what others have published, taken in by those who listen to it. */
async function importAsked(name: string, asked: Asked, means: CommandMeans): Promise<void> {
  const file = name === '-' ? 'standard input' : name;
  const isDryRun = asked.dryRun === true;
  const by = {
    who: asked.who,
    why: asked.why ?? shortText(`import of ${file}`, WHY_CHARACTERS_MAX),
  };
  assertByWhom(by);
  const config = await means.config();
  const host = systemHost();
  const source = await sourceOf(name, means);
  const { terminal, err } = means;
  const isCounted = source.bytes === undefined;
  const bar = new ProgressBar({
    what: isDryRun ? 'looking' : 'importing',
    total: Math.ceil((source.bytes ?? Number.POSITIVE_INFINITY) / KILOBYTE),
    unit: isCounted ? 'lines' : 'kB',
    terminal,
    write: err,
    clock: host.clock,
  });
  const bad = new BadLines((text) => {
    bar.end();
    err(`${messageText(text)}\n`);
  });
  const { context } = asked;
  const form = { context, by, waitMs: asked.wait * 1_000, isDryRun };
  const result = await means.untilInterrupted(async (signal) => {
    try {
      return await importEvents(config, form, {
        lines: importLines(source.stream, signal),
        onBad: (line, why) => bad.add(line, why),
        onProgress: ({ bytes, lines }) =>
          bar.update(isCounted ? lines : Math.floor(bytes / KILOBYTE)),
        host,
        signal,
      });
    } finally {
      bar.end();
      source.stream.destroy();
    }
  });
  bad.end();
  means.print(
    asked.json === true
      ? jsonDocument({ file: name, ...result, ...bad.found })
      : importSummary(result, { file, isDryRun }),
  );
  means.onEnd(exitCodeOf(result));
}

const KILOBYTE = 1_000;

/** What is read, and how large it is where that is known. */
async function sourceOf(
  name: string,
  { cwd, input }: CommandMeans,
): Promise<{ readonly stream: Readable; readonly bytes: number | undefined }> {
  if (name === '-') {
    if (input === undefined) throw unreadable('Standard input', 'there is none');
    return { stream: input(), bytes: undefined };
  }
  const path = resolve(cwd, name);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    const found = await handle.stat();
    if (found.isDirectory()) throw new RangeError('it is a directory');
    const stream = createReadStream(path, { fd: handle, highWaterMark: READ_BYTES });
    return { stream, bytes: found.isFile() ? found.size : undefined };
  } catch (error) {
    await handle?.close();
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

const READ_BYTES = 256 * 1024;

function unreadable(what: string, why: string): QuestionError {
  return new QuestionError('asked-wrongly', `${what} cannot be read: ${why}. Name a file, or - .`);
}

function exitCodeOf({ ended, bad, into }: ImportResult): number {
  if (ended === 'interrupted') return EXIT.interrupted;
  if (bad > 0 || into.some(({ parked, refused }) => parked + refused > 0)) return EXIT.failed;
  return into.some(({ left }) => left > 0) ? EXIT.left : EXIT.done;
}
