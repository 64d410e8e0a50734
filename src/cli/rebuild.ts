import type { Command } from 'commander';
import { systemHost } from '../host/host.ts';
import { userName } from '../host/user-name.ts';
import { type Asking, leaveRequest, takeBack, waitFor } from '../inspection/left-request.ts';
import { assertSomeLog, type OpenLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { rebuildProgress } from '../inspection/rebuild-progress.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { assertByWhom } from '../runtime/by-whom.ts';
import { requestAnswer } from '../runtime/request.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { jsonDocument, messageText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { EXIT } from './exit-code.ts';
import { ProgressBar } from './progress-bar.ts';

const WAIT_SECONDS = 10;
/** So often it is looked how far it has come. */
const LOOK_MS = 200;

interface Asked {
  readonly context?: string;
  readonly why: string;
  readonly who: string;
  readonly wait: number;
  readonly json?: true;
}

/** What became of a rebuild. */
interface Rebuilt {
  readonly context: string;
  readonly model: string;
  /** `left`: nobody has begun with it; who runs the context next will. */
  readonly state: 'done' | 'refused' | 'left' | 'taken-back';
  readonly why: string | null;
}

export function rebuildCommand(means: CommandMeans): Command {
  return commandOf('rebuild', {
    description:
      'Builds a read model anew, beside the one that is read, in the application that runs.',
    example: 'thereupon rebuild order-book --why "the sum was wrong"',
  })
    .argument('<name>', 'the read model: order-book, or order-book@2')
    .option('--context <name>', 'its context, where several have one of that name')
    .option('--why <text>', 'the reason, for the audit trail', 'asked for at the command line')
    .option('--who <name>', 'who asks for it', userName())
    .option('--wait <seconds>', 'so long somebody may take to begin', wholeNumber, WAIT_SECONDS)
    .action(async (name: string, asked: Asked) => {
      const { who, why } = asked;
      assertByWhom({ who, why });
      const config = await means.config();
      await withLogs(config, asked.context, async (logs) => {
        assertSomeLog(logs, config.store.name);
        const { open, model } = modelNamed(logs, name);
        const rebuilt = await means.untilInterrupted((signal) =>
          rebuild({ config, open, model, asked, means, signal }),
        );
        means.print(asked.json === true ? jsonDocument(rebuilt) : resultText(rebuilt));
        means.onEnd(EXITS[rebuilt.state]);
      });
    });
}

const EXITS: Readonly<Record<Rebuilt['state'], number>> = {
  done: EXIT.done,
  refused: EXIT.failed,
  left: EXIT.left,
  'taken-back': EXIT.interrupted,
};

interface Place {
  readonly open: OpenLog;
  readonly model: AnyReadModel;
}

function modelNamed(logs: readonly OpenLog[], name: string): Place {
  const places = logs.flatMap((open) =>
    open.context.readModels.map((model): Place => ({ open, model })),
  );
  const found = places.filter(({ model }) => model.name === name || modelName(model) === name);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  if (only === undefined) {
    const known = places.map(({ model }) => nameText(modelName(model))).join(', ') || 'none';
    throw new QuestionError(
      'nothing-found',
      `There is no read model ${JSON.stringify(name)}. There are: ${known}.`,
    );
  }
  const contexts = found.map(({ open }) => nameText(open.name)).join(', ');
  throw new QuestionError(
    'asked-wrongly',
    `There is a read model ${JSON.stringify(name)} in ${contexts}. Say which one with --context.`,
  );
}

async function rebuild(
  work: Place & {
    readonly config: ThereuponConfig;
    readonly asked: Asked;
    readonly means: CommandMeans;
    readonly signal: AbortSignal;
  },
): Promise<Rebuilt> {
  const { config, open, model, asked, means, signal } = work;
  const { who, why, wait } = asked;
  const host = systemHost();
  const about = { context: open.name, model: modelName(model) };
  const place = { store: config.store, context: open.name, log: open.log, host };
  const asking: Asking = { ...place, signal, waitMs: wait * 1_000 };
  const row = await leaveRequest(asking, { action: 'rebuild', model: about.model, who, why });
  if ((await begun(asking, row, about.model)) === undefined && !signal.aborted)
    return { ...about, state: 'left', why: null };
  const answer = await answered(asking, row, { model: about.model, means });
  if (answer === undefined) {
    await takeBack(asking, row, { who, why: 'interrupted' });
    return { ...about, state: 'taken-back', why: null };
  }
  const { refused = null } = answer;
  return { ...about, state: refused === null ? 'done' : 'refused', why: refused };
}

/** Whether somebody has begun with it, or is done with it already. */
function begun(asking: Asking, row: WaitingRow, model: string): Promise<true | undefined> {
  const { log } = asking;
  return waitFor(asking, async () => {
    const isBegun = (await rebuildProgress(log, model)) !== undefined;
    return isBegun || (await requestAnswer(log, row)) !== undefined ? true : undefined;
  });
}

/** Waits as long as it takes, and shows how far it is. Undefined when it was interrupted. */
async function answered(
  { log, host, signal }: Asking,
  row: WaitingRow,
  { model, means }: { readonly model: string; readonly means: CommandMeans },
) {
  const { terminal, err: write } = means;
  const { clock } = host;
  const total = await log.head();
  const bar = new ProgressBar({ what: 'rebuilding', total, terminal, write, clock });
  try {
    for (;;) {
      const answer = await requestAnswer(log, row);
      if (answer !== undefined || signal.aborted) return answer;
      bar.update((await rebuildProgress(log, model))?.position ?? 0);
      await clock.sleep(LOOK_MS, signal);
    }
  } finally {
    bar.end();
  }
}

function resultText({ context, model, state, why }: Rebuilt): string {
  const what = `${nameText(model)} of ${nameText(context)}`;
  switch (state) {
    case 'done':
      return `${what} was built anew.`;
    case 'refused':
      return messageText(why ?? '');
    case 'left':
      return `Nobody has begun to rebuild ${what} yet: it will be done when its context runs.`;
    case 'taken-back':
      return `The rebuild of ${what} was given up; what is read is as it was.`;
  }
}
