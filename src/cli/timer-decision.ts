import type { Command } from 'commander';
import { systemHost } from '../host/host.ts';
import { userName } from '../host/user-name.ts';
import { decideTimer } from '../inspection/decide-timer.ts';
import type { RequestOutcome } from '../inspection/left-request.ts';
import { assertSomeLog, type OpenLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { type PendingTimer, pendingTimers } from '../process/pending-timers.ts';
import { assertByWhom } from '../runtime/by-whom.ts';
import { jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { EXIT } from './exit-code.ts';

const WAIT_SECONDS = 10;
/** Among so many, those due first, it is looked for. */
const TIMERS_MAX = 100_000;

type Action = 'fire' | 'cancel';

interface Asked {
  readonly context?: string;
  readonly why?: string;
  readonly who: string;
  readonly wait: number;
  readonly json?: true;
}

/** What became of it. */
type Done = RequestOutcome & { readonly timer: PendingTimer };

export function fireTimerCommand(means: CommandMeans): Command {
  return timerCommand(means, 'fire', {
    description: 'Lets a timer fire now, as if it were due.',
    example: 'thereupon timers fire 01985f3e-4d5c-7a11-9c2e-5b6f0a7d8e9f --why "he has called"',
  });
}

export function cancelTimerCommand(means: CommandMeans): Command {
  return timerCommand(means, 'cancel', {
    description: 'Takes a timer away, so that it does not fire.',
    example: 'thereupon timers cancel 01985f3e-4d5c-7a11-9c2e-5b6f0a7d8e9f --why "paid in cash"',
  });
}

function timerCommand(
  means: CommandMeans,
  action: Action,
  texts: { readonly description: string; readonly example: string },
): Command {
  return commandOf(action, texts)
    .argument('<id>', 'the timer, as thereupon timers --json says it')
    .option('--context <name>', 'only of this context')
    .option('--why <text>', 'the reason, for the audit trail')
    .option('--who <name>', 'who does it', userName())
    .option('--wait <seconds>', 'so long an answer is waited for', wholeNumber, WAIT_SECONDS)
    .action(async (id: string, asked: Asked) => {
      const by = { action, who: asked.who, why: whyOf(action, asked) };
      assertByWhom(by);
      const { store, contexts } = await means.config();
      await withLogs({ contexts, store }, asked.context, async (logs) => {
        assertSomeLog(logs, store.name);
        const timer = await timerOf(logs, id);
        const { context } = timer;
        const { log } = logs.find(({ name }) => name === context) as OpenLog;
        const place = { store, context, log, host: systemHost(), waitMs: asked.wait * 1_000 };
        const outcome = await means.untilInterrupted((signal) =>
          decideTimer({ ...place, signal }, timer, by),
        );
        const done = { timer, ...outcome };
        means.print(asked.json === true ? jsonDocument(done) : resultText(action, done));
        means.onEnd(EXITS[outcome.state]);
      });
    });
}

const EXITS: Readonly<Record<RequestOutcome['state'], number>> = {
  done: EXIT.done,
  refused: EXIT.failed,
  waits: EXIT.left,
};

function whyOf(action: Action, { why }: Asked): string {
  if (why !== undefined) return why;
  throw new QuestionError(
    'asked-wrongly',
    `Say why, for the audit trail: thereupon timers ${action} … --why TEXT.`,
  );
}

async function timerOf(logs: readonly OpenLog[], id: string): Promise<PendingTimer> {
  const { timers } = await pendingTimers(logs, { limit: TIMERS_MAX });
  const found = timers.find((timer) => timer.id === id);
  if (found !== undefined) return found;
  throw new QuestionError(
    'nothing-found',
    `There is no timer ${JSON.stringify(id)}: it has fired, or was cancelled. See those that are set, with ` +
      'their ids: thereupon timers --json',
  );
}

function resultText(action: Action, done: Done): string {
  const { owner, name, key, context } = done.timer;
  const what = `${jsonText(name)} of ${jsonText(owner)}, key ${jsonText(key)}, in ${nameText(context)}`;
  switch (done.state) {
    case 'done':
      return action === 'fire' ? `${what}: it has fired.` : `${what}: it was taken away.`;
    case 'refused':
      return messageText(done.why);
    case 'waits':
      return `Nobody who runs the context has answered: ${what} is left for whoever runs it next.`;
  }
}
