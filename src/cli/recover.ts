import type { NewEpoch, RecoverOptions } from '../log/recover.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { jsonDocument, nameText } from '../telemetry/safe-text.ts';
import { CommandLineError } from './command-line-error.ts';

/** Which log is recovered, and how that is told. */
export interface RecoverForm extends RecoverOptions {
  readonly context: string;
  readonly asJson: boolean;
}

/** `thereupon log recover CONTEXT`: begins a new epoch of a log that was restored from a backup. */
export async function recover(
  { contexts, store }: ThereuponConfig,
  { context, asJson, ...options }: RecoverForm,
): Promise<string> {
  if (!contexts.some(({ name }) => name === context))
    throw new CommandLineError(
      'asked-wrongly',
      `There is no context ${JSON.stringify(context)}. Take one of: ` +
        `${contexts.map(({ name }) => nameText(name)).join(', ')}.`,
    );
  if (store.recover === undefined)
    throw new CommandLineError(
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
    throw new CommandLineError(
      'asked-wrongly',
      'Who accepts a loss says why: --accept-loss WHY --who NAME. Give both, or neither.',
    );
  return { accept: { who, why } };
}
