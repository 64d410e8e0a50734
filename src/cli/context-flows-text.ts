import type { FlowEdge, FlowGraph, FlowNode } from '../inspection/flow-graph.ts';
import type { SeenFlows } from '../inspection/seen-flows.ts';
import { type TreeLine, drawnTree } from '../telemetry/drawn-tree.ts';
import { cutText, nameText } from '../telemetry/safe-text.ts';
import type { CommandMeans } from './command.ts';
import { countText, countedText } from './counted-text.ts';
import { seenText } from './seen-text.ts';

/** What flows inside of one context, as trees: from each thing that happens to what is told of it. */
export function contextFlowsText(
  { nodes, edges }: FlowGraph,
  context: string,
  seen: SeenFlows | undefined,
  form: Pick<CommandMeans, 'lineWidth' | 'paint'>,
): string {
  const lineOf = treeLines({ nodes, edges }, context, seen);
  // Timers come last: they begin anew what a process has begun.
  const roots = ROOTS.flatMap((kind) =>
    nodes.filter((node) => node.kind === kind && !isInside(node, edges)),
  );
  const { lineWidth, paint } = form;
  const trees = roots.map((node) => {
    const [first = '', ...rest] = drawnTree(lineOf(node), lineWidth);
    return [paint('strong', first), ...rest].join('\n');
  });
  return [
    cutText(`${nameText(context)}: ${partsText(nodes)}`, lineWidth),
    ...trees,
    ...(seen === undefined ? [] : [seenText(seen, form)]),
  ].join('\n\n');
}

const ROOTS = ['aggregate', 'code', 'contract', 'recurring', 'timer'] as const;

/** What the context publishes itself stands under what it is made of. */
function isInside({ id, kind }: FlowNode, edges: readonly FlowEdge[]): boolean {
  return (
    kind === 'contract' && edges.some(({ from, to }) => to === id && /^(event|code):/.test(from))
  );
}

const PARTS = [
  ['aggregate', 'aggregate', 'aggregates'],
  ['reaction', 'reaction', 'reactions'],
  ['effect', 'effect', 'effects'],
  ['process', 'process manager', 'process managers'],
  ['read-model', 'read model', 'read models'],
] as const;

function partsText(nodes: readonly FlowNode[]): string {
  const counts = PARTS.flatMap(([kind, one, several]) => {
    const count = nodes.filter((node) => node.kind === kind).length;
    return count === 0 ? [] : [countedText(count, one, several)];
  });
  return counts.length === 0 ? 'nothing listens here' : counts.join(', ');
}

function treeLines(
  { nodes, edges }: Pick<FlowGraph, 'nodes' | 'edges'>,
  context: string,
  seen: SeenFlows | undefined,
): (node: FlowNode) => TreeLine {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lineOf = (node: FlowNode): TreeLine => {
    const out = edges.filter(({ from, kind }) => from === node.id && kind !== 'sets');
    const told = out.map(({ to }) => byId.get(to) as FlowNode);
    const others = told.filter(({ kind }) => kind === 'context');
    const publishers = edges
      .filter(({ to, kind }) => to === node.id && kind === 'publishes')
      .map(({ from }) => byId.get(from) as FlowNode)
      .filter(({ kind }) => kind === 'context' || kind === 'external');
    return {
      text: `${nodeText(node, publishers)}${othersText(others)}${seenCount(node, context, seen)}`,
      children: told.filter(({ kind }) => kind !== 'context').map(lineOf),
    };
  };
  return lineOf;
}

function nodeText(
  { kind, name, version, about }: FlowNode,
  publishers: readonly FlowNode[],
): string {
  const own = name.slice(name.lastIndexOf('/') + 1);
  switch (kind) {
    case 'contract': {
      const text = `${nameText(name)} v${version}`;
      if (publishers.length === 0) return `publishes ${text}`;
      return `${text} from ${publishers.map((one) => nameText(one.name)).join(', ')}`;
    }
    case 'event':
      return nameText(own);
    case 'timer':
      return `timer ${nameText(own)} of ${nameText(name.slice(0, name.lastIndexOf('/')))}`;
    case 'recurring':
      return `recurring ${nameText(name)}: ${nameText(about)}`;
    case 'code':
      return name;
    case 'process':
      return `process manager ${nameText(name)}`;
    case 'read-model':
      return `read model ${nameText(name)}`;
    default:
      return `${kind} ${nameText(name)}`;
  }
}

function othersText(others: readonly FlowNode[]): string {
  return others.length === 0 ? '' : ` → ${others.map(({ name }) => nameText(name)).join(', ')}`;
}

const DIRECTIONS: Partial<Readonly<Record<FlowNode['kind'], readonly string[]>>> = {
  event: ['domain'],
  contract: ['outgoing', 'incoming'],
  timer: ['timer'],
};

function seenCount({ kind, name }: FlowNode, context: string, seen: SeenFlows | undefined): string {
  const directions = DIRECTIONS[kind];
  if (seen === undefined || directions === undefined) return '';
  const count = seen.types
    .filter((one) => one.context === context && directions.includes(one.direction))
    .filter(({ aggregate, type }) => (aggregate === null ? type : `${aggregate}/${type}`) === name)
    .reduce((sum, one) => sum + one.count, 0);
  return `  ${countText(count)} seen`;
}
