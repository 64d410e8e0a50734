import type { Command } from 'commander';
import type { NewEpoch, RecoverOptions } from '../log/recover.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { jsonDocument, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf, wholeNumber } from './command.ts';
import { chosenContexts } from '../inspection/chosen-contexts.ts';
import { QuestionError } from '../inspection/question-error.ts';

/** Which log is recovered, and how that is told. */
export interface RecoverForm extends RecoverOptions {
  readonly context: string;
  readonly asJson: boolean;
}

export function recoverCommand({ config, print }: CommandMeans): Command {
  return commandOf('recover', {
    description:
      'Begins a new epoch of a log that was restored from a backup. Stop everything first.',
    example: 'thereupon log recover ordering',
  })
    .argument('<context>', 'whose log it is')
    .option('--beyond <position>', 'a position that somebody elsewhere has seen of it', wholeNumber)
    .option('--accept-loss <why>', 'the log is lost, there is no backup of it, and this is why')
    .option('--who <name>', 'who accepts that')
    .action(async (context: string, options: RecoverOptionsAsked) => {
      const { beyond, acceptLoss, who, json } = options;
      const recovery = {
        ...(beyond === undefined ? {} : { beyond }),
        ...acceptance(who, acceptLoss),
      };
      print(await recover(await config(), { context, asJson: json === true, ...recovery }));
    });
}

interface RecoverOptionsAsked {
  readonly beyond?: number;
  readonly acceptLoss?: string;
  readonly who?: string;
  readonly json?: true;
}

/** `thereupon log recover CONTEXT`: begins a new epoch of a log that was restored from a backup. */
export async function recover(
  { contexts, store }: ThereuponConfig,
  { context, asJson, ...options }: RecoverForm,
): Promise<string> {
  chosenContexts(contexts, context);
  if (store.recover === undefined)
    throw new QuestionError(
      'asked-wrongly',
      `A log in ${store.name} cannot be restored, so there is nothing to recover.`,
    );
  const begun = await store.recover(context, options);
  return asJson ? jsonDocument({ context, ...begun }) : asText(context, begun);
}

function asText(context: string, { epoch, predecessor, beyond }: NewEpoch): string {
  return [
    `${nameText(context)} goes on in epoch ${epoch}, beyond position ${beyond}.`,
    `It shares positions up to ${predecessor.upTo} with the epoch before, ${predecessor.epoch}.`,
  ].join('\n');
}

/** Who accepts a loss says why, too. */
export function acceptance(who: string | undefined, why: string | undefined): RecoverOptions {
  if (who === undefined && why === undefined) return {};
  if (who === undefined || why === undefined)
    throw new QuestionError(
      'asked-wrongly',
      'Who accepts a loss says why: --accept-loss WHY --who NAME. Give both, or neither.',
    );
  return { accept: { who, why } };
}
