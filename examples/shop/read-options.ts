/**
 * Reads the words that a program of the shop was started with. Whatever is wrong with them is one
 * `OptionError` of one line. `node:util` alone answers some of it in three lines, and finds that
 * `--port -1` is two options.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OptionError } from './option-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** @throws {OptionError} for an option that is not there, and for a value that is missing or too much. */
export function readOptions<const Known extends Options>(
  words: readonly string[],
  options: Known,
): ReturnType<typeof parseArgs<{ options: Known }>>['values'] {
  const { tokens } = parseArgs({
    args: [...words],
    options: options as Options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  // Of an option and its value one word is made: so it cannot be taken for two options.
  const args = tokens.map((token) => {
    if (token.kind === 'option') return inOneWord(token, options[token.name]?.type);
    const word = token.kind === 'positional' ? token.value : '--';
    throw new OptionError(`"${word}"`, 'is no option');
  });
  return parseArgs({ args, options }).values;
}

export function wholeNumber(
  option: string,
  text: string | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (text !== undefined && /^\d+$/.test(text) && value >= min && value <= max) return value;
  const given = text === undefined ? 'it is missing' : `not "${text}"`;
  throw new OptionError(option, `takes a whole number from ${min} to ${max}; ${given}`);
}

type OptionToken = {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
};

function inOneWord(
  { rawName, value, inlineValue }: OptionToken,
  type: 'string' | 'boolean' | undefined,
): string {
  if (type === undefined) throw new OptionError(rawName, 'is not known');
  if (type === 'boolean') {
    if (value === undefined) return rawName;
    throw new OptionError(rawName, `takes no value, and was given "${value}"`);
  }
  if (value === undefined || value === '') throw new OptionError(rawName, 'needs a value');
  if (!inlineValue && value.startsWith('--')) {
    throw new OptionError(rawName, `needs a value, and "${value}" comes next`);
  }
  return `${rawName}=${value}`;
}
