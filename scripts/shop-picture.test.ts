/**
 * The picture of the shop in the documentation shows the shop as it is. Another Graphviz may lay it out
 * otherwise, so what it says is compared: its title, its description, its texts and its colours.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contexts } from '../examples/shop/contexts.ts';
import { drawingOf } from '../src/cli/flow-drawing.ts';
import { svgText } from '../src/cli/flows-svg.ts';
import { flowsOf } from '../src/inspection/flows.ts';

const file = 'docs/images/shop-flows.svg';
const again = `npm run -s thereupon -- flows --svg --out ${file}`;

test('docs/images/shop-flows.svg says what the shop is wired to do', async () => {
  const drawn = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  const now = await svgText(drawingOf(flowsOf(contexts)));

  assert.deepEqual(said(drawn), said(now), `${file} is out of date. Draw it again: ${again}`);
});

function said(svg: string): readonly string[] {
  const parts = [...svg.matchAll(/<(title|desc|style|text)\b[^>]*>([^<]*)<\/\1>/g)];
  return parts.map(([, , words = '']) => words).toSorted();
}
