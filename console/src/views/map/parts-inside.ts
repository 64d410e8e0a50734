/** What each thing inside of a context is called, where it leads, and how it stands. */
import type { FlowEdge, FlowGraph, FlowNode } from '../../../../src/inspection/flow-graph.ts';
import type { ReaderLag } from '../../../../src/inspection/reader-lag.ts';
import { hrefTo } from '../../route.ts';
import type { FlowEdgeData } from './flow-edge.tsx';
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

export function partNode(node: FlowNode, context: string, living: Living): PartNodeData {
  const { kind, name, about } = node;
  const subscription = isListener(node) ? subscriptionOf(node) : undefined;
  return {
    context,
    kind,
    word: kind === 'contract' ? `contract of ${name.split('.')[0]}` : WORDS[kind],
    name: shownName(node),
    about,
    href: hrefOf(node, context, living.flows),
    perSecond: rateAt(node, context, living),
    backlog: backlogAt(node, context, living),
    subscription,
    isUnseen: isUnseen(node, context, living),
    isUndeclared: false,
  };
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

function hrefOf(node: FlowNode, context: string, { edges }: FlowGraph): string | undefined {
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

function rateAt(node: FlowNode, context: string, { rates, flows }: Living): number | undefined {
  const { id, kind, name } = node;
  switch (kind) {
    case 'event':
      return eventRate(name, context, rates);
    case 'timer':
      return rateOf(rates, context, 'timer', [name]);
    case 'aggregate': {
      const events = flows.edges.filter((edge) => edge.from === id && edge.kind === 'decides');
      const all = events.map(({ to }) => eventRate(to.slice('event:'.length), context, rates));
      return rounded(all.reduce((sum, each) => sum + each, 0));
    }
    case 'contract':
      return rateOf(rates, context, isPublished(id, context, flows) ? 'outgoing' : 'incoming', [
        name,
      ]);
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
  return rounded(rates.get(rateKey({ context, direction: 'domain', aggregate, type })) ?? 0);
}

/** Whether it is this context that publishes it: inside, no node stands for it. */
function isPublished(contract: string, context: string, { nodes, edges }: FlowGraph): boolean {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  return edges.some(
    ({ kind, from, to }) =>
      kind === 'publishes' &&
      to === contract &&
      (kinds.get(from) === 'event' || kinds.get(from) === 'code'),
  );
}

function backlogAt(node: FlowNode, context: string, { pulse }: Living) {
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

function isUnseen({ kind, name }: FlowNode, context: string, { seen }: Living): boolean {
  if (kind !== 'contract') return false;
  return (seen?.unseen ?? []).some((each) => each.context === context && each.contract === name);
}

/** How it flows along an edge inside, and what waits there. */
export function partEdge(
  { from, to, kind }: FlowEdge,
  flows: FlowGraph,
  context: string,
  living: Living,
): Omit<FlowEdgeData, 'path' | 'arrow'> {
  const { pulse } = living;
  const [begin, end] = [from, to].map((id) => flows.nodes.find((node) => node.id === id)) as [
    FlowNode,
    FlowNode,
  ];
  const isCarried = begin.kind === 'contract' && end.kind === 'context';
  const carrier = kind === 'listens' && !isCarried ? begin : kind === 'sets' ? begin : end;
  const perSecond = isCarried
    ? rateOf(living.rates, end.name, 'incoming', [begin.name])
    : (rateAt(carrier, context, living) ?? 0);
  const border =
    pulse === undefined
      ? undefined
      : isCarried
        ? intakeOf(pulse, end.name, context)
        : begin.kind === 'context' || begin.kind === 'external'
          ? intakeOf(pulse, context, begin.name)
          : undefined;
  const { behind, level } = backlogOf(border === undefined ? [] : [border]);
  return {
    perSecond,
    behind,
    level,
    isUnseen: [begin, end].some((node) => isUnseen(node, context, living)),
  };
}
