/**
 * Who tells whom what, as a graph: the same for a picture, a page and a program. It says what the
 * wiring declares. Which commands a handler gives is not declared, as handlers are functions, so
 * that no edge leads back from a reaction to an aggregate.
 */
export interface FlowGraph {
  /** The one context that is looked into, or null for all of them and what is between them. */
  readonly context: string | null;
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

export interface FlowNode {
  /** Unique in its graph, and the same each time. */
  readonly id: string;
  readonly kind: FlowNodeKind;
  readonly name: string;
  /** Of a contract, or of a read model. */
  readonly version: number | null;
  /** What a contract's documentation says, or when a time recurs; may be empty. */
  readonly about: string;
}

/**
 * - `context`, and `external`: a system that is not ours.
 * - `contract`: what is told from one to another.
 * - `aggregate`, and each `event` of it that the wiring names.
 * - `code`: handlers and transactions, which publish what no domain event stands behind.
 * - `reaction`, `effect`, `process`, `read-model`: what listens.
 * - `timer`: set by a process; `recurring`: a time that comes again and again.
 */
export type FlowNodeKind =
  | 'context'
  | 'external'
  | 'contract'
  | 'aggregate'
  | 'event'
  | 'code'
  | 'timer'
  | 'recurring'
  | ListenerKind;

export type ListenerKind = 'reaction' | 'effect' | 'process' | 'read-model';

/** Something leads from one node to another. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  /**
   * `publishes`: a context, an event or code, a contract. `listens`: to a contract, an event or a
   * timer, whoever is told of it. `decides`: an aggregate, an event. `sets`: a process, a timer.
   */
  readonly kind: 'publishes' | 'listens' | 'decides' | 'sets';
  /** With what a context listens to a contract; empty for any other edge. */
  readonly subscriptions: readonly FlowSubscription[];
}

export interface FlowSubscription {
  readonly kind: ListenerKind;
  readonly name: string;
}

/** Nodes and edges, each once, in the order in which they came. */
export class FlowGraphBuilder {
  readonly #nodes = new Map<string, FlowNode>();
  readonly #edges = new Map<string, FlowEdge>();

  /** Answers with the node's id. What is known already stays as it is. */
  node(
    kind: FlowNodeKind,
    name: string,
    rest: Partial<Pick<FlowNode, 'version' | 'about'>> = {},
  ): string {
    const id = `${kind}:${name}`;
    const { version = null, about = '' } = rest;
    if (!this.#nodes.has(id)) this.#nodes.set(id, { id, kind, name, version, about });
    return id;
  }

  edge(
    from: string,
    kind: FlowEdge['kind'],
    to: string,
    subscriptions: readonly FlowSubscription[] = [],
  ): void {
    const key = JSON.stringify([from, kind, to]);
    if (!this.#edges.has(key)) this.#edges.set(key, { from, to, kind, subscriptions });
  }

  graph(context: string | null): FlowGraph {
    return { context, nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] };
  }
}
