import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextFlowsOf } from '../inspection/context-flows.ts';
import { flowsOf } from '../inspection/flows.ts';
import { lineText } from '../telemetry/safe-text.ts';
import { HOSTILE_NAMES, hostileContexts } from './fixtures/hostile-names.ts';
import { drawingOf } from './flow-drawing.ts';
import { mermaidText } from './flows-mermaid.ts';

/** All that a line of a flowchart may be, so that no name can be more than a text. */
const TEXT = String.raw`"(?:[^\x00-\x7f]|[A-Za-z0-9 ._-]|#\d+;|<br>)*"`;
const BOX = new RegExp(String.raw`^  n\d+(?:\(|\[\/|\{\{|\[|\(\[|\[\[|\[\(|\(\()${TEXT}[)\]}/]+$`);
const ARROW = new RegExp(String.raw`^  n\d+ -->(?:\|${TEXT}\|)? n\d+$`);

test('each name is a text between quotes, and never a piece of the flowchart', () => {
  const contexts = hostileContexts();
  const graphs = [
    flowsOf(contexts),
    ...HOSTILE_NAMES.map((name) => contextFlowsOf(contexts, name)),
  ];

  for (const graph of graphs) {
    const [first, title, ...lines] = mermaidText(drawingOf(graph)).split('\n');
    assert.equal(first, 'flowchart LR');
    assert.match(title ?? '', /^ {2}accTitle: [\p{L}\p{N} ,:.-]*$/u);
    for (const line of lines) assert.ok(BOX.test(line) || ARROW.test(line), line);
  }
});

test('what is written as numbers is the name again', () => {
  const text = mermaidText(drawingOf(flowsOf(hostileContexts())));

  const shown = [...text.matchAll(/^ {2}n\d+\("(.*)"\)$/gm)].map(([, quoted = '']) =>
    quoted.replaceAll(/#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
  );

  assert.deepEqual(
    shown,
    HOSTILE_NAMES.map((name) => {
      const line = lineText(name);
      return line.length > 60 ? `${line.slice(0, 59)}…` : line;
    }),
  );
});

test('a plain name is written as it is', () => {
  const text = mermaidText({
    title: 'Map',
    description: [],
    boxes: [
      { id: 'a', kind: 'context', lines: ['order-book', 'of v1.2_b'] },
      { id: 'b', kind: 'external', lines: ['bank'] },
    ],
    arrows: [
      { from: 'a', to: 'b', lines: ['ordering.OrderPlaced'] },
      { from: 'b', to: 'a', lines: [] },
    ],
  });

  assert.equal(
    text,
    [
      'flowchart LR',
      '  accTitle: Map',
      '  n0("order-book<br>of v1.2_b")',
      '  n1[/"bank"/]',
      '  n0 -->|"ordering.OrderPlaced"| n1',
      '  n1 --> n0',
    ].join('\n'),
  );
});
