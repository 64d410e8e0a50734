import type { Readable, Writable } from 'node:stream';
import { Command, InvalidArgumentError } from 'commander';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import type { Pour } from './pour.ts';
import type { Terminal } from './progress-bar.ts';

/** Where the command line runs, and where it writes to. */
export interface Surroundings {
  readonly cwd: string;
  /** Results, and nothing else. */
  readonly out: (text: string) => void;
  /** A long result piece by piece, no faster than it is read. Default: by `out`. */
  readonly pour?: Pour;
  /** Standard input, for who reads it. Absent: there is none. */
  readonly input?: () => Readable;
  /** Errors and advice. */
  readonly err: (text: string) => void;
  /** The width of the terminal; none when the output goes elsewhere, where nothing is cut. */
  readonly width: number | undefined;
  /** Colours a piece of a result: on a terminal that wants colours; elsewhere absent. */
  readonly paint?: Paint;
  /** Lets Ctrl-C end work in order: see `untilInterrupted`. Without it, nothing interrupts. */
  readonly untilInterrupted?: UntilInterrupted;
  /** Standard error, where that is a terminal: long work shows there how far it is. */
  readonly terminal?: Terminal | undefined;
  /** Asks the person at the terminal, who may leave without an answer; elsewhere absent. */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** Takes standard input and output for two programs that speak with each other. */
  readonly conversation?: () => Conversation;
}

/** What two programs speak over; nothing else is written there. */
export interface Conversation {
  readonly input: Readable;
  readonly output: Writable;
}

/** Does work with a signal that aborts when the person wants it to end: by Ctrl-C, unless it is said. */
export type UntilInterrupted = <T>(
  work: (signal: AbortSignal) => Promise<T>,
  by?: readonly NodeJS.Signals[],
) => Promise<T>;

/** Shows a text in a style of the terminal. */
export type Paint = (style: Style, text: string) => string;

/** What a style says: something is as it should be, is not, wants attention, or matters less. */
export type Style = 'good' | 'bad' | 'attention' | 'faint' | 'strong';

/** What a command works with. */
export interface CommandMeans extends Surroundings {
  /** The configuration that the person named, or the one that was found. */
  readonly config: () => Promise<ThereuponConfig>;
  /** A result, as lines of text. */
  readonly print: (text: string) => void;
  /** As wide as a line may be; infinite where nothing is cut. */
  readonly lineWidth: number;
  /** Colours a piece of text, or leaves it as it is. Cut lines first: a colour has a width, too. */
  readonly paint: Paint;
  readonly untilInterrupted: UntilInterrupted;
  /** A long result piece by piece, no faster than it is read. */
  readonly pour: Pour;
  /** Ends the program with another code than 0, when the command has done its work. */
  readonly onEnd: (exitCode: number) => void;
}

/** A command with what all of them have: `--json`, and an example in its help. */
export function commandOf(
  name: string,
  { description, example }: { readonly description: string; readonly example: string },
): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExample:\n  $ ${example}\n`);
}

/** Reads the value of an option that is a count. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is a whole number, such as 10.');
}
