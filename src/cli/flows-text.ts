import type { FlowGraph, FlowNode } from '../inspection/flow-graph.ts';
import type { SeenFlows } from '../inspection/seen-flows.ts';
import { cutText, nameText } from '../telemetry/safe-text.ts';
import type { CommandMeans } from './command.ts';
import { countText, countedText } from './counted-text.ts';
import { joinedLines } from './joined-lines.ts';
import { seenText } from './seen-text.ts';

/** The context map as text: each context, what it publishes, and who listens to that. */
export function flowsText(
  graph: FlowGraph,
  seen: SeenFlows | undefined,
  { lineWidth, paint }: Pick<CommandMeans, 'lineWidth' | 'paint'>,
): string {
  const of = (kind: FlowNode['kind']) => graph.nodes.filter((node) => node.kind === kind);
  const contracts = of('contract');
  const orphans = contracts.filter(({ id }) => !graph.edges.some(({ to }) => to === id));
  const sections = [...of('context'), ...of('external')].map((publisher) => {
    const published = contracts.filter(({ id }) =>
      graph.edges.some(({ from, to }) => from === publisher.id && to === id),
    );
    const note = publisher.kind === 'external' ? ' (not ours)' : '';
    const heading = cutText(`${nameText(publisher.name)}${note}`, lineWidth);
    return [
      paint('strong', heading),
      ...contractLines(graph, published, publisher, seen, lineWidth),
    ];
  });
  if (orphans.length > 0) {
    const heading = cutText('published by nobody', lineWidth);
    sections.push([
      paint('attention', heading),
      ...contractLines(graph, orphans, undefined, seen, lineWidth),
    ]);
  }
  return [
    `${countedText(of('context').length, 'context')}, ${countedText(contracts.length, 'contract')}`,
    ...sections.map((lines) => lines.join('\n')),
    ...(seen === undefined ? [] : [seenText(seen, { lineWidth, paint })]),
    'Look into one of them with: thereupon flows --context NAME',
  ].join('\n\n');
}

function contractLines(
  graph: FlowGraph,
  contracts: readonly FlowNode[],
  publisher: FlowNode | undefined,
  seen: SeenFlows | undefined,
  width: number,
): readonly string[] {
  if (contracts.length === 0) return ['  publishes nothing'];
  const names = contracts.map(({ name, version }) => {
    const prefix = `${publisher?.name}.`;
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    return `${nameText(short)} v${version}`;
  });
  const counts = contracts.map(({ name }) => publishedText(name, publisher, seen));
  const nameOf = new Map(graph.nodes.map((node) => [node.id, nameText(node.name)]));
  const nameWidth = Math.max(...names.map(({ length }) => length));
  const countWidth = Math.max(...counts.map(({ length }) => length));
  return contracts.flatMap(({ id }, index) => {
    const listeners = graph.edges
      .filter(({ from, kind }) => from === id && kind === 'listens')
      .map(({ to }) => nameOf.get(to) as string);
    const count = counts[index]?.padStart(countWidth) ?? '';
    const begin = `  ${names[index]?.padEnd(nameWidth)}  ${count}${count === '' ? '' : '  '}→ `;
    return joinedLines(begin, listeners.length === 0 ? ['nobody listens'] : listeners, width);
  });
}

/** How many a context has published; nothing is known of others. */
function publishedText(
  contract: string,
  publisher: FlowNode | undefined,
  seen: SeenFlows | undefined,
): string {
  if (seen === undefined || publisher?.kind !== 'context') return '';
  const found = seen.types.find(
    ({ context, direction, type }) =>
      context === publisher.name && direction === 'outgoing' && type === contract,
  );
  return countText(found?.count ?? 0);
}
