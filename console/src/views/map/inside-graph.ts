/**
 * What is drawn of a context: what its wiring declares, and what was seen in its log besides. Only the log
 * knows which events an aggregate has that nobody listens to, and which command follows from what.
 */
import type { FlowEdge, FlowGraph, FlowNode } from '../../../../src/inspection/flow-graph.ts';
import type { SeenFlows } from '../../../../src/inspection/seen-flows.ts';
import type { Followed, SeenType } from '../../../../src/inspection/seen-types.ts';

export interface InsideGraph {
  readonly nodes: readonly InsideNode[];
  readonly edges: readonly InsideEdge[];
}

export interface InsideNode extends FlowNode {
  /** Seen, and the wiring does not know it. */
  readonly isUndeclared: boolean;
}

export interface InsideEdge extends Pick<FlowEdge, 'from' | 'to'> {
  /** `commands`: what listens was seen to give the aggregate commands. */
  readonly kind: FlowEdge['kind'] | 'commands';
  /** The nodes whose records run along it; where there are none, its own end tells. */
  readonly causes: readonly string[];
}

export function insideOf(flows: FlowGraph, seen: SeenFlows | undefined): InsideGraph {
  const declared = withTwoSides(flows);
  const found = (seen?.types ?? []).filter(({ context }) => context === flows.context);
  const unknown = (seen?.undeclared ?? []).filter(({ context }) => context === flows.context);
  const known = new Set(declared.nodes.map(({ id }) => id));
  const nodes = new Map(declared.nodes.map((node) => [node.id, node]));
  const edges = [...declared.edges];
  for (const each of found) {
    const id = idOf(each);
    if (nodes.has(id)) continue;
    const isUndeclared = unknown.some((one) => idOf(one) === id);
    // Of what is declared the wiring has said all, but for an aggregate's events.
    if (each.aggregate === null && !isUndeclared) continue;
    nodes.set(id, seenNode(id, each, isUndeclared));
    if (each.aggregate === null) continue;
    const owner = `aggregate:${each.aggregate}`;
    if (!nodes.has(owner))
      nodes.set(owner, {
        ...seenNode(owner, each, isUndeclared),
        kind: 'aggregate',
        name: each.aggregate,
      });
    edges.push({ from: owner, to: id, kind: 'decides', causes: [] });
  }
  const followed = (seen?.followed ?? []).filter(({ context }) => context === flows.context);
  return { nodes: [...nodes.values()], edges: [...edges, ...commandsOf(flows, known, followed)] };
}

/** Who only tells stands before what it tells, and who listens behind: a context may be both. */
function withTwoSides({ nodes, edges }: FlowGraph): InsideGraph {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  const listens = ({ kind, to }: FlowEdge): boolean =>
    kind === 'listens' && kinds.get(to) === 'context';
  const tellers = new Set(edges.map(({ from }) => from));
  const listeners = new Set(edges.filter(listens).map(({ to }) => to));
  return {
    nodes: nodes.flatMap((node) => [
      ...(node.kind !== 'context' || tellers.has(node.id)
        ? [{ ...node, isUndeclared: false }]
        : []),
      ...(listeners.has(node.id)
        ? [{ ...node, id: listenerSide(node.id), isUndeclared: false }]
        : []),
    ]),
    edges: edges.map((edge) => ({
      from: edge.from,
      to: listens(edge) ? listenerSide(edge.to) : edge.to,
      kind: edge.kind,
      causes: [],
    })),
  };
}

function listenerSide(context: string): string {
  return `${context} listens`;
}

/** From what listens to the aggregates that were seen to decide because of it; where several listen, nobody knows which. */
function commandsOf(
  { nodes, edges }: FlowGraph,
  known: ReadonlySet<string>,
  followed: readonly Followed[],
): readonly InsideEdge[] {
  const models = new Set(nodes.filter(({ kind }) => kind === 'read-model').map(({ id }) => id));
  const commands = new Map<string, InsideEdge & { causes: string[] }>();
  for (const { cause, aggregate } of followed) {
    const source = idOf(cause);
    const heard = edges.filter(
      ({ from, to, kind }) => from === source && kind === 'listens' && !models.has(to),
    );
    const [only] = heard;
    const to = `aggregate:${aggregate}`;
    if (heard.length !== 1 || only === undefined || !known.has(to)) continue;
    const key = `${only.to} > ${to}`;
    const edge = commands.get(key) ?? { from: only.to, to, kind: 'commands', causes: [] };
    edge.causes.push(source);
    commands.set(key, edge);
  }
  return [...commands.values()];
}

/** As the wiring's graph names it. */
function idOf({ direction, aggregate, type }: Followed['cause']): string {
  if (aggregate !== null) return `event:${aggregate}/${type}`;
  return direction === 'timer' ? `timer:${type}` : `contract:${type}`;
}

function seenNode(id: string, { aggregate, type }: SeenType, isUndeclared: boolean): InsideNode {
  const kind = id.slice(0, id.indexOf(':')) as FlowNode['kind'];
  const name = aggregate === null ? type : `${aggregate}/${type}`;
  return { id, kind, name, version: null, about: '', isUndeclared };
}
