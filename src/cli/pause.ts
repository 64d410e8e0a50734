import type { Command } from 'commander';
import { systemHost } from '../host/host.ts';
import { userName } from '../host/user-name.ts';
import type { Asking } from '../inspection/left-request.ts';
import { listedSubscriptions } from '../inspection/listed-subscriptions.ts';
import { assertSomeLog, type OpenLog, withLogs } from '../inspection/open-logs.ts';
import {
  type PauseOutcome,
  pauseSubscription,
  pauses,
  resumeSubscription,
} from '../inspection/pauses.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { type ByWhom, assertByWhom } from '../runtime/by-whom.ts';
import { jsonDocument, jsonText, messageText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { EXIT } from './exit-code.ts';

const WAIT_SECONDS = 10;

interface Asked {
  readonly context?: string;
  readonly why: string;
  readonly who: string;
  readonly wait: number;
  readonly json?: true;
}

type Action = 'pause' | 'resume';

/** What somebody asks of a subscription of a context, and how that is done. */
type Ask = (
  asking: Asking,
  asked: ByWhom & { readonly subscription: string },
) => Promise<PauseOutcome>;

export function pauseCommand(means: CommandMeans): Command {
  return subscriptionCommand(means, 'pause', pauseSubscription, {
    description:
      'Stops a subscription from taking more, in all processes and over restarts, until a resume.',
    example: 'thereupon pause "charge the card" --why "the bank is down"',
  });
}

export function resumeCommand(means: CommandMeans): Command {
  return subscriptionCommand(means, 'resume', resumeSubscription, {
    description: 'Lets a subscription go on that was paused.',
    example: 'thereupon resume "charge the card" --why "the bank is back"',
  });
}

function subscriptionCommand(
  means: CommandMeans,
  action: Action,
  ask: Ask,
  texts: { readonly description: string; readonly example: string },
): Command {
  return commandOf(action, texts)
    .argument('<name>', 'a reaction, an effect, a process manager or a read model (order-book@2)')
    .option('--context <name>', 'its context, where several have one of that name')
    .option('--why <text>', 'the reason, for the audit trail', 'asked for at the command line')
    .option('--who <name>', 'who asks for it', userName())
    .option('--wait <seconds>', 'so long an answer is waited for', wholeNumber, WAIT_SECONDS)
    .action(async (name: string, asked: Asked) => {
      const { who, why } = asked;
      assertByWhom({ who, why });
      const { store, contexts } = await means.config();
      await withLogs({ contexts, store }, asked.context, async (logs) => {
        assertSomeLog(logs, store.name);
        const { open, subscription } = await subscriptionNamed(logs, name);
        const { name: context, log } = open;
        const waitMs = asked.wait * 1_000;
        const outcome = await means.untilInterrupted((signal) =>
          ask(
            { store, context, log, host: systemHost(), waitMs, signal },
            { subscription, who, why },
          ),
        );
        const done = { context, subscription, ...outcome };
        means.print(asked.json === true ? jsonDocument(done) : resultText(action, done));
        means.onEnd(EXITS[outcome.state]);
      });
    });
}

/** What became of it. */
type Done = PauseOutcome & { readonly context: string; readonly subscription: string };

const EXITS: Readonly<Record<PauseOutcome['state'], number>> = {
  done: EXIT.done,
  already: EXIT.done,
  refused: EXIT.failed,
  waits: EXIT.left,
};

interface Place {
  readonly open: OpenLog;
  readonly subscription: string;
}

/** Also one that is not listed any more, but paused. A read model is found without its version, too. */
async function subscriptionNamed(logs: readonly OpenLog[], name: string): Promise<Place> {
  const places: Place[] = [];
  for (const open of logs) {
    const listed = listedSubscriptions(open.context).map((each) => each.name);
    const paused = (await pauses(open.log)).map(({ subscription }) => subscription);
    for (const subscription of new Set([...listed, ...paused])) places.push({ open, subscription });
  }
  const exactly = places.filter(({ subscription }) => subscription === name);
  const found = exactly.length > 0 ? exactly : places.filter((place) => isModel(place, name));
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  if (only === undefined) {
    const known = places.map(({ subscription }) => jsonText(subscription)).join(', ') || 'none';
    throw new QuestionError(
      'nothing-found',
      `There is no subscription ${JSON.stringify(name)} that can be paused. There are: ${known}.`,
    );
  }
  const names = found.map(
    (place) => `${jsonText(place.subscription)} of ${nameText(place.open.name)}`,
  );
  throw new QuestionError(
    'asked-wrongly',
    `There are ${names.join(' and ')}. Say which one, by its whole name and --context.`,
  );
}

function isModel({ subscription }: Place, name: string): boolean {
  return subscription.startsWith(`${name}@`);
}

function resultText(action: Action, done: Done): string {
  const what = `${jsonText(done.subscription)} of ${nameText(done.context)}`;
  switch (done.state) {
    case 'done':
      return action === 'pause' ? `${what} is paused.` : `${what} goes on.`;
    case 'already': {
      const { who, since, why } = done.paused;
      return `${what} is paused already, by ${nameText(who)} since ${since}, because: ${messageText(why)}`;
    }
    case 'refused':
      return messageText(done.why);
    case 'waits':
      return action === 'pause'
        ? `Nobody who runs the context has answered: ${what} is paused when it runs.`
        : `Nobody who runs the context has answered: ${what} goes on when it runs.`;
  }
}
