import type { Command } from 'commander';
import { type Clock, systemClock } from '../host/clock.ts';
import { withLogs } from '../inspection/open-logs.ts';
import { type TimerAhead, type TimersAhead, timersAhead } from '../inspection/timers-ahead.ts';
import { timerType } from '../process/timer-type.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { cutText, jsonDocument, jsonText, nameText } from '../telemetry/safe-text.ts';
import { type CommandMeans, type Paint, commandOf, wholeNumber } from './command.ts';
import { spanText } from './span-text.ts';
import { cancelTimerCommand, fireTimerCommand } from './timer-decision.ts';

/** Which timers are listed, and how. */
export interface TimersForm {
  readonly context?: string;
  readonly process?: string;
  readonly key?: string;
  readonly limit: number;
  readonly asJson: boolean;
  readonly width: number;
  readonly paint: Paint;
  readonly clock: Pick<Clock, 'now'>;
}

export function timersCommand(means: CommandMeans): Command {
  const { config, print, lineWidth, paint } = means;
  return (
    commandOf('timers', {
      description: 'Lists the timers that are set, the earliest first.',
      example: 'thereupon timers --process "payment deadline" --key o-1',
    })
      .option('--context <name>', 'only this context')
      .option('--process <name>', 'only of this process manager, contract or time that recurs')
      .option('--key <key>', 'only of this key')
      .option('--limit <count>', 'at most so many, up to 100,000', wholeNumber, 100)
      .action(async ({ json, ...options }: TimersOptions) => {
        const form = { ...options, asJson: json === true, width: lineWidth, paint };
        print(await timers(await config(), { ...form, clock: systemClock() }));
      })
      // What is said behind `fire` is said to that.
      .enablePositionalOptions()
      .addCommand(fireTimerCommand(means))
      .addCommand(cancelTimerCommand(means))
  );
}

interface TimersOptions {
  readonly context?: string;
  readonly process?: string;
  readonly key?: string;
  readonly limit: number;
  readonly json?: true;
}

/** `thereupon timers`: what is set to happen later, and what should have happened by now. */
export async function timers(config: ThereuponConfig, form: TimersForm): Promise<string> {
  return withLogs(config, form.context, async (logs) => {
    const { asJson, width, paint, clock, ...selection } = form;
    const seen = { now: clock.now(), storeName: config.store.name };
    const ahead = await timersAhead(logs, selection, seen);
    return asJson ? jsonDocument(ahead) : asText(ahead, { width, paint });
  });
}

function asText({ timers: set, isCut }: TimersAhead, form: Pick<TimersForm, 'width' | 'paint'>) {
  if (set.length === 0) return 'No timers are set.';
  const overdue = set.filter(({ isOverdue }) => isOverdue).length;
  const late = overdue === 0 ? '' : `, ${overdue} overdue`;
  return [
    `${set.length} ${set.length === 1 ? 'timer is' : 'timers are'} set${late}`,
    ...set.map((timer) => lineOf(timer, form)),
    ...(isCut ? ['There are more: see them with a higher --limit.'] : []),
  ].join('\n');
}

function lineOf(timer: TimerAhead, { width, paint }: Pick<TimersForm, 'width' | 'paint'>): string {
  const { context, owner, name, key, due, isOverdue } = timer;
  const what = nameText(timer.kind === 'process' ? timerType(owner, name) : name);
  const whose = timer.kind === 'recurring' ? '' : `  key ${jsonText(key)}`;
  const line = `${isOverdue ? '!' : ' '} ${due}  ${whenText(timer)}  ${nameText(context)}  ${what}${whose}`;
  const cut = cutText(line, width);
  return isOverdue ? paint('attention', cut) : cut;
}

function whenText({ dueInMs, isOverdue }: TimerAhead): string {
  if (dueInMs === null) return 'by business time';
  return isOverdue ? `overdue for ${spanText(-dueInMs)}` : `in ${spanText(dueInMs)}`;
}
