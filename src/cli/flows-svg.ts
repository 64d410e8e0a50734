import { QuestionError } from '../inspection/question-error.ts';
import type { DrawnArrow, DrawnBox, FlowDrawing } from './flow-drawing.ts';
import { type GraphvizGraph, loadGraphviz } from './graphviz.ts';
import { STYLE } from './flows-style.ts';

/** From so many arrows on they are straight, and laid out in less than no end of time. */
const CURVED_MAX = 100;
/** Nobody can follow more of them, and Graphviz would take minutes. */
const ARROWS_MAX = 1_000;

/**
 * A drawing as an SVG, laid out by Graphviz: readable in dark and in light, its text as text, with a
 * title and a description for who cannot see it.
 *
 * @throws {GraphvizMissingError} when Graphviz is not installed.
 * @throws {QuestionError} when it is too much for a picture.
 */
export async function svgText(drawing: FlowDrawing): Promise<string> {
  const count = drawing.arrows.length;
  if (count > ARROWS_MAX)
    throw new QuestionError(
      'asked-wrongly',
      `A picture of ${count} arrows cannot be followed; ${ARROWS_MAX} are drawn at most. Take one ` +
        'context with --context NAME, or the text, or --json.',
    );
  const graphviz = await loadGraphviz();
  return dressed(graphviz.renderString(graphOf(drawing), { format: 'svg' }), drawing);
}

const FONT = { fontname: 'Helvetica', fontsize: 13 };

function graphOf({ boxes, arrows }: FlowDrawing): GraphvizGraph {
  // Arrows that tell something need room to be told apart.
  const nodesep = arrows.some(({ lines }) => lines.length > 0) ? 0.6 : 0.3;
  const ids = new Map(boxes.map(({ id }, index) => [id, `n${index}`]));
  const idOf = (id: string) => ids.get(id) as string;
  return {
    directed: true,
    graphAttributes: {
      rankdir: 'LR',
      bgcolor: 'white',
      pad: 0.2,
      nodesep,
      ranksep: 0.55,
      ...(arrows.length > CURVED_MAX ? QUICK : {}),
    },
    nodeAttributes: { ...FONT, shape: 'box', style: 'rounded', margin: '0.16,0.09', height: 0.45 },
    edgeAttributes: { ...FONT, fontsize: 11, arrowsize: 0.7 },
    nodes: boxes.map((box) => ({ name: idOf(box.id), attributes: boxAttributes(box) })),
    edges: arrows.map(({ from, to, lines }) => ({
      tail: idOf(from),
      head: idOf(to),
      attributes: lines.length === 0 ? {} : { label: arrowLabel(lines) },
    })),
  };
}

/** Of 240 arrows it makes a picture in a twentieth of the time. */
const QUICK = { splines: 'line', nslimit: 2, nslimit1: 2, mclimit: 0.3 };

function boxAttributes({ kind, lines }: DrawnBox): Readonly<Record<string, string>> {
  return { class: kind, label: lines.map(escaped).join('\\n'), shape: SHAPES[kind] ?? 'box' };
}

const SHAPES: Partial<Readonly<Record<DrawnBox['kind'], string>>> = {
  contract: 'note',
  'read-model': 'cylinder',
};

/** A space at both ends keeps the text off the line. */
function arrowLabel(lines: DrawnArrow['lines']): string {
  return lines.map((line) => ` ${escaped(line)} `).join('\\n');
}

/** Graphviz reads backslashes and entities in a label. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('&', '&amp;');
}

/** What Graphviz wrote, with names for its parts taken out, and ours put in. */
function dressed(svg: string, { title, description }: FlowDrawing): string {
  const picture = svg
    .slice(svg.indexOf('<svg'))
    .replaceAll(/<!--[\s\S]*?-->\n?/g, '')
    .replaceAll(/<title>[^<]*<\/title>\n?/g, '');
  const head =
    '<svg role="img" aria-labelledby="flows-title flows-description"' +
    // Points would make it a third larger than its letters say.
    picture.slice('<svg'.length, picture.indexOf('>') + 1).replaceAll(/(?<=\d)pt"/g, '"');
  return [
    head,
    `<title id="flows-title">${xml(title)}</title>`,
    `<desc id="flows-description">${description.map(xml).join('\n')}</desc>`,
    `<style>${STYLE}</style>`,
    picture.slice(picture.indexOf('>') + 1).trim(),
  ].join('\n');
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
