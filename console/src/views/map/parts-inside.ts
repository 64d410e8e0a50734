/** What each thing inside of a context is called, where it leads, and how it stands. */
import type { FlowNode } from '../../../../src/inspection/flow-graph.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import { hrefTo } from '../../route.ts';
import type { FlowEdgeData } from './flow-edge.tsx';
import type { InsideEdge, InsideGraph, InsideNode } from './inside-graph.ts';
import type { Living } from './overview.tsx';
import type { PartNodeData } from './part-node.tsx';
import { rateKey, rateOf, rounded } from './rates.ts';
import { backlogOf, intakeOf } from './standing.ts';

const WORDS: Readonly<Record<FlowNode['kind'], string>> = {
  context: 'context',
  external: 'external system',
  contract: 'contract',
  aggregate: 'aggregate',
  event: 'event',
  code: 'code',
  reaction: 'reaction',
  effect: 'effect',
  process: 'process',
  'read-model': 'read model',
  timer: 'timer',
  recurring: 'recurring',
};

export function isListener({ kind }: Pick<FlowNode, 'kind'>): boolean {
  return kind === 'reaction' || kind === 'effect' || kind === 'process' || kind === 'read-model';
}

/** What is drawn of a context, and how it goes. */
export interface LivingInside extends Omit<Living, 'flows'> {
  readonly context: string;
  readonly graph: InsideGraph;
}

export function partNode(node: InsideNode, living: LivingInside): PartNodeData {
  const { context } = living;
  const { kind, about } = node;
  const subscription = isListener(node) ? subscriptionOf(node) : undefined;
  return {
    context,
    kind,
    word: wordOf(node, living),
    name: shownName(node),
    about,
    href: hrefOf(node, living),
    perSecond: rateAt(node, living),
    backlog: backlogAt(node, living),
    subscription,
    isUnseen: isUnseen(node, living),
    isUndeclared: node.isUndeclared,
  };
}

function wordOf(node: InsideNode, living: LivingInside): string {
  if (node.isUndeclared) return `${WORDS[node.kind]}, undeclared`;
  if (isUnseen(node, living)) return `${WORDS[node.kind]}, not seen`;
  return node.kind === 'contract' ? `contract of ${node.name.split('.')[0]}` : WORDS[node.kind];
}

/** A read model of each version has a subscription of its own. */
function subscriptionOf({ kind, name, version }: FlowNode): string {
  return kind === 'read-model' ? `${name}@${version}` : name;
}

function shownName({ kind, name }: FlowNode): string {
  if (kind === 'contract') return name.slice(name.indexOf('.') + 1);
  if (kind === 'event' || kind === 'timer') return name.slice(name.indexOf('/') + 1);
  return name;
}

function hrefOf(node: FlowNode, { context, graph: { edges } }: LivingInside): string | undefined {
  const { id, kind, name } = node;
  switch (kind) {
    case 'context':
      return hrefTo('map', [name]);
    case 'contract':
      return hrefTo('contracts', [name]);
    case 'aggregate': {
      const events = edges.filter(({ from, kind: leads }) => from === id && leads === 'decides');
      const types = events.map(({ to }) => to.slice(to.indexOf('/') + 1)).join(',');
      return hrefTo('log', [], { context, types });
    }
    case 'event':
      return hrefTo('log', [], { context, types: shownName(node) });
    case 'timer':
    case 'recurring':
      return hrefTo('processes', [], { context });
    case 'reaction':
    case 'effect':
    case 'process':
    case 'read-model':
      return hrefTo('subscriptions', [context, subscriptionOf(node)]);
    case 'external':
    case 'code':
      return undefined;
  }
}

function rateAt(node: FlowNode, { context, rates, graph }: LivingInside): number | undefined {
  const { id, kind, name } = node;
  switch (kind) {
    case 'event':
      return eventRate(name, context, rates);
    case 'timer':
      return rateOf(rates, context, 'timer', [name]);
    case 'aggregate': {
      const events = graph.edges.filter((edge) => edge.from === id && edge.kind === 'decides');
      const all = events.map(({ to }) => eventRate(to.slice('event:'.length), context, rates));
      return rounded(all.reduce((sum, each) => sum + each, 0));
    }
    case 'contract':
      return rateOf(rates, context, isPublished(id, graph) ? 'outgoing' : 'incoming', [name]);
    case 'context':
    case 'external':
    case 'code':
    case 'recurring':
    case 'reaction':
    case 'effect':
    case 'process':
    case 'read-model':
      return undefined;
  }
}

/** Of `order/OrderPlaced`. */
function eventRate(name: string, context: string, rates: Living['rates']): number {
  const [aggregate, type] = name.split('/') as [string, string];
  return rounded(rates?.get(rateKey({ context, direction: 'domain', aggregate, type })) ?? 0);
}

/** Whether it is this context that publishes it: inside, no node stands for it. */
function isPublished(contract: string, { nodes, edges }: InsideGraph): boolean {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  return edges.some(
    ({ kind, from, to }) =>
      kind === 'publishes' &&
      to === contract &&
      (kinds.get(from) === 'event' || kinds.get(from) === 'code'),
  );
}

function backlogAt(node: FlowNode, { context, pulse }: LivingInside) {
  if (pulse === undefined) return undefined;
  if (isListener(node)) {
    const reader = readerOf(pulse.lag.readers, context, subscriptionOf(node));
    return backlogOf(reader === undefined ? [] : [reader]);
  }
  return undefined;
}

function readerOf(
  readers: readonly ReaderLag[],
  context: string,
  name: string,
): ReaderLag | undefined {
  return readers.find((reader) => reader.context === context && reader.name === name);
}

/** What flows by now was seen, also where nobody has looked for it since. */
function isUnseen(node: FlowNode, living: LivingInside): boolean {
  const { context, seen } = living;
  if (node.kind !== 'contract') return false;
  const wasUnseen = (seen?.unseen ?? []).some(
    (each) => each.context === context && each.contract === node.name,
  );
  return wasUnseen && (rateAt(node, living) ?? 0) === 0;
}

/** How it flows along an edge inside, and what waits there. */
export function partEdge(
  { from, to, kind, causes }: InsideEdge,
  living: LivingInside,
): Omit<FlowEdgeData, 'path' | 'arrow'> {
  const { context, pulse, rates, graph } = living;
  const nodeOf = (id: string): InsideNode =>
    graph.nodes.find((node) => node.id === id) as InsideNode;
  const [begin, end] = [nodeOf(from), nodeOf(to)];
  const ends = [begin, end];
  const flow = { behind: 0, level: 'good' as const };
  if (kind === 'commands') {
    const all = causes.map((id) => rateAt(nodeOf(id), living) ?? 0);
    return {
      ...flow,
      isUnseen: false,
      perSecond: rounded(all.reduce((sum, each) => sum + each, 0)),
    };
  }
  const isCarried = begin.kind === 'contract' && end.kind === 'context';
  const isBorder = begin.kind === 'context' || begin.kind === 'external';
  const carrier = kind === 'listens' || kind === 'sets' ? begin : end;
  const perSecond = isCarried
    ? rateOf(rates, end.name, 'incoming', [begin.name])
    : (rateAt(carrier, living) ?? 0);
  const intake = isCarried
    ? pulse && intakeOf(pulse, end.name, context)
    : isBorder
      ? pulse && intakeOf(pulse, context, begin.name)
      : undefined;
  const { behind, level } = backlogOf(intake === undefined ? [] : [intake]);
  return { perSecond, behind, level, isUnseen: ends.some((node) => isUnseen(node, living)) };
}
