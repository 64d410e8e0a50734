import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextFlowsOf } from '../inspection/context-flows.ts';
import { flowsOf } from '../inspection/flows.ts';
import { lineText } from '../telemetry/safe-text.ts';
import { HOSTILE_NAMES, hostileContexts } from './fixtures/hostile-names.ts';
import { drawingOf } from './flow-drawing.ts';
import { svgText } from './flows-svg.ts';
import { GraphvizMissingError, loadGraphviz } from './graphviz.ts';

const contexts = hostileContexts();

test('whatever it shows is text: no name becomes an element, or a piece of another one', async () => {
  for (const graph of [
    flowsOf(contexts),
    ...HOSTILE_NAMES.map((name) => contextFlowsOf(contexts, name)),
  ]) {
    const svg = await svgText(drawingOf(graph));

    const tags = new Set([...svg.matchAll(/<\/?([^\s/>]*)/g)].map(([, tag = '']) => tag));
    assert.deepEqual(
      [...tags].filter((tag) => !DRAWN.has(tag)),
      [],
    );
    for (const [attribute] of svg.matchAll(/\s(?:on\w+|href|xlink:href)=/g)) assert.fail(attribute);
    assert.doesNotMatch(svg, /&(?!(?:amp|lt|gt|quot|#\d+);)/);
  }
});

const DRAWN = new Set('svg title desc style g path polygon polyline ellipse text'.split(' '));

test('each name is shown as it is, as text that can be searched for', async () => {
  const svg = await svgText(drawingOf(flowsOf(contexts)));

  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    unescaped(text).trim(),
  );
  for (const name of HOSTILE_NAMES.filter(({ length }) => length < 60))
    assert.ok(texts.includes(lineText(name)), lineText(name));
});

test('it has a title and a description, colours for dark and light, and nothing else behind it', async () => {
  const svg = await svgText({
    title: 'Map of <all>',
    description: ['a tells b: "it" & more.'],
    boxes: [
      { id: 'a', kind: 'context', lines: ['a'] },
      { id: 'b', kind: 'read-model', lines: ['b', 'read model'] },
    ],
    arrows: [{ from: 'a', to: 'b', lines: ['it'] }],
  });

  assert.match(svg, /^<svg role="img" aria-labelledby="flows-title flows-description" width="\d+"/);
  assert.match(svg, /<title id="flows-title">Map of &lt;all&gt;<\/title>/);
  assert.match(svg, /<desc id="flows-description">a tells b: "it" &amp; more\.<\/desc>/);
  assert.match(svg, /@media \(prefers-color-scheme: dark\)/);
  assert.match(svg, /class="node context"/);
  assert.match(unescaped(svg), /class="node read-model"/);
  assert.equal(svg.match(/<title/g)?.length, 1);
  assert.match(svg, /<\/svg>$/);
});

test('a large map is drawn with straight lines, and what nobody could follow is not drawn', async () => {
  const lots = (count: number) => ({
    title: 'Lots',
    description: [],
    boxes: Array.from({ length: count }, (_, index) => ({
      id: `${index}`,
      kind: 'context' as const,
      lines: [`${index}`],
    })),
    arrows: Array.from({ length: count - 1 }, (_, index) => ({
      from: `${index}`,
      to: `${index + 1}`,
      lines: ['it'],
    })),
  });

  assert.match(await svgText(lots(102)), /<\/svg>$/);
  await assert.rejects(svgText(lots(1_002)), {
    code: 'asked-wrongly',
    message: /picture of 1001 arrows.*--context NAME/,
  });
});

test('where Graphviz is not installed, it says what to do', async () => {
  await assert.rejects(loadGraphviz('no-such-package-of-anybody'), {
    name: GraphvizMissingError.name,
    code: 'graphviz-missing',
    retryable: false,
    message: /npm install --save-dev @viz-js\/viz, or take --mermaid/,
  });
});

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replaceAll(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name?: string) =>
    code === undefined ? (named[name ?? ''] ?? whole) : String.fromCharCode(Number(code)),
  );
}
