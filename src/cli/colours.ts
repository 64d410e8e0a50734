import { styleText } from 'node:util';
import type { Paint, Style } from './command.ts';

const FORMATS: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  bad: 'red',
  attention: 'yellow',
  faint: 'dim',
  strong: 'bold',
};

/** Colours on a terminal only, and not where `NO_COLOR` is set. */
export function coloursOf(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(FORMATS[style], text, { stream });
}
