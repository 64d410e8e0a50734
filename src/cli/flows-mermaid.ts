import type { DrawnArrow, DrawnBox, FlowDrawing } from './flow-drawing.ts';

/**
 * A drawing as a flowchart of Mermaid, which GitHub and others draw where it stands in a page. It
 * has shapes and no colours, so that it goes with the page's own.
 */
export function mermaidText({ title, boxes, arrows }: FlowDrawing): string {
  // Mermaid has words of its own, such as "end": ids are numbers.
  const ids = new Map(boxes.map(({ id }, index) => [id, `n${index}`]));
  const idOf = (id: string) => ids.get(id) as string;
  return [
    'flowchart LR',
    `  accTitle: ${plain(title)}`,
    ...boxes.map((box) => `  ${idOf(box.id)}${boxText(box)}`),
    ...arrows.map((arrow) => `  ${idOf(arrow.from)} -->${toldText(arrow)} ${idOf(arrow.to)}`),
  ].join('\n');
}

/** What stands around a text, by what it is the name of. */
const SHAPES: Readonly<Record<DrawnBox['kind'], readonly [string, string]>> = {
  context: ['(', ')'],
  external: ['[/', '/]'],
  contract: ['{{', '}}'],
  aggregate: ['[', ']'],
  event: ['([', '])'],
  code: ['[', ']'],
  reaction: ['(', ')'],
  effect: ['(', ')'],
  process: ['[[', ']]'],
  'read-model': ['[(', ')]'],
  timer: ['((', '))'],
  recurring: ['((', '))'],
};

function boxText({ kind, lines }: DrawnBox): string {
  const [open, close] = SHAPES[kind];
  return `${open}${quoted(lines)}${close}`;
}

function toldText({ lines }: DrawnArrow): string {
  return lines.length === 0 ? '' : `|${quoted(lines)}|`;
}

function quoted(lines: readonly string[]): string {
  return `"${lines.map(escaped).join('<br>')}"`;
}

/**
 * Everything that Mermaid, or the Markdown and the HTML that it makes of a text, might read as more
 * than a letter is written as its number. The colon is one of them: behind it and a word such as
 * "style" Mermaid takes numbers for colours. A dot within a name means nothing to any of them.
 */
function escaped(text: string): string {
  return text.replaceAll(
    /(?<![A-Za-z0-9])[._-]|[._-](?![A-Za-z0-9])|(?![A-Za-z0-9 ._-])[\0-\x7f]/g,
    (letter) => `#${letter.charCodeAt(0)};`,
  );
}

/** A title goes to the end of its line, and knows no numbers. */
function plain(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ,:.-]/gu, ' ');
}
