/** What the wiring declares, as the overview draws it: contexts, and what flows from one to another. */
import type {
  FlowGraph,
  FlowNode,
  FlowSubscription,
} from '../../../../src/inspection/flow-graph.ts';

export interface OverviewGraph {
  readonly places: readonly Place[];
  readonly bundles: readonly Bundle[];
  /** Published, and no context here listens to it. */
  readonly unheard: readonly { readonly context: string; readonly contract: string }[];
}

/** A context, or a system that is not ours. */
export interface Place {
  readonly id: string;
  readonly name: string;
  readonly isOurs: boolean;
}

/** All contracts from one to another, drawn as one edge. */
export interface Bundle {
  readonly id: string;
  readonly from: Place;
  readonly to: Place;
  readonly contracts: readonly BundledContract[];
}

export interface BundledContract {
  readonly name: string;
  readonly about: string;
  /** With what the consumer listens to it. */
  readonly subscriptions: readonly FlowSubscription[];
}

export function overviewOf({ nodes, edges }: FlowGraph): OverviewGraph {
  const nodesById = new Map(nodes.map((node) => [node.id, node]));
  const places = nodes.filter(({ kind }) => kind === 'context' || kind === 'external').map(placeOf);
  const placesById = new Map(places.map((place) => [place.id, place]));
  const bundles = new Map<string, Bundle & { contracts: BundledContract[] }>();
  const heard = new Set<string>();
  for (const { to: contract, from } of edges.filter(({ kind }) => kind === 'publishes')) {
    const { name, about } = nodesById.get(contract) as FlowNode;
    const listened = edges.filter((edge) => edge.kind === 'listens' && edge.from === contract);
    for (const { to, subscriptions } of listened) {
      heard.add(contract);
      const id = `${from} > ${to}`;
      const [begin, end] = [placesById.get(from) as Place, placesById.get(to) as Place];
      const bundle = bundles.get(id) ?? { id, from: begin, to: end, contracts: [] };
      bundle.contracts.push({ name, about, subscriptions });
      bundles.set(id, bundle);
    }
  }
  const unheard = edges
    .filter(({ kind, to }) => kind === 'publishes' && !heard.has(to))
    .map(({ from, to }) => ({ context: nameOf(from), contract: nameOf(to) }));
  return { places, bundles: [...bundles.values()], unheard };
  function nameOf(id: string): string {
    return (nodesById.get(id) as FlowNode).name;
  }
}

function placeOf({ id, kind, name }: FlowNode): Place {
  return { id, name, isOurs: kind === 'context' };
}

/** `ordering.OrderPlaced` beside `ordering`: its publisher need not be said again. */
export function shortName(contract: string, publisher: string): string {
  return contract.startsWith(`${publisher}.`) ? contract.slice(publisher.length + 1) : contract;
}
