import type { FlowEdge, FlowGraph, FlowNode } from '../inspection/flow-graph.ts';
import { cutText, lineText } from '../telemetry/safe-text.ts';

/** What is to be drawn, by whichever program lays it out. */
export interface FlowDrawing {
  readonly title: string;
  /** The same in sentences, for who cannot see it. */
  readonly description: readonly string[];
  readonly boxes: readonly DrawnBox[];
  readonly arrows: readonly DrawnArrow[];
}

export interface DrawnBox {
  readonly id: string;
  readonly kind: FlowNode['kind'];
  /** One line each, to be shown as they are. */
  readonly lines: readonly string[];
}

export interface DrawnArrow {
  readonly from: string;
  readonly to: string;
  /** What is told along it; nothing where its ends say it all. */
  readonly lines: readonly string[];
}

/** A name may be longer than a box is worth. */
const NAME_WIDTH = 60;

/**
 * All contexts are drawn as boxes, with one arrow from each to each that names all contracts that
 * are told along it; what nobody listens to stands in its publisher's box. Inside of one context
 * everything has a box.
 */
export function drawingOf(graph: FlowGraph): FlowDrawing {
  return graph.context === null ? mapDrawing(graph) : contextDrawing(graph, graph.context);
}

function mapDrawing(graph: FlowGraph): FlowDrawing {
  const contracts = new Map(
    graph.nodes.filter(({ kind }) => kind === 'contract').map((node) => [node.id, node]),
  );
  const boxes = graph.nodes.filter(({ kind }) => kind !== 'contract');
  const names = new Map(boxes.map(({ id, name }) => [id, shown(name)]));
  const told = new Map<string, DrawnArrow>();
  const unheard = new Map<string, string[]>();
  for (const { id, ...contract } of contracts.values()) {
    const listeners = graph.edges.filter(({ from }) => from === id);
    for (const { from: publisher } of graph.edges.filter(({ to }) => to === id)) {
      const line = contractText(contract, names.get(publisher));
      if (listeners.length === 0) unheard.set(publisher, [...(unheard.get(publisher) ?? []), line]);
      for (const { to } of listeners) {
        const key = JSON.stringify([publisher, to]);
        const lines = [...(told.get(key)?.lines ?? []), line];
        told.set(key, { from: publisher, to, lines });
      }
    }
  }
  const arrows = [...told.values()];
  return {
    title: `Context map: ${boxes.map(({ name }) => shown(name)).join(', ')}`,
    description: [
      ...arrows.map(
        ({ from, to, lines }) => `${names.get(from)} tells ${names.get(to)}: ${lines.join(', ')}.`,
      ),
      ...[...unheard].map(
        ([id, lines]) => `Nobody listens to what ${names.get(id)} tells: ${lines.join(', ')}.`,
      ),
    ],
    boxes: boxes.map(({ id, kind, name }) => ({
      id,
      kind,
      lines: [
        shown(name),
        ...(kind === 'external' ? ['not ours'] : []),
        ...(unheard.get(id) ?? []).map((line) => `${line} (nobody listens)`),
      ],
    })),
    arrows,
  };
}

function contextDrawing({ nodes, edges }: FlowGraph, context: string): FlowDrawing {
  // Who publishes what is listened to here is in its name. Drawn, those who are told as well as
  // listened to would tie the picture's end to its beginning.
  const drawn = edges.filter(({ from }) => !isOutside(from));
  const used = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  const boxes = nodes.filter(({ id }) => used.has(id) || !isOutside(id));
  const names = new Map(boxes.map((node) => [node.id, nodeText(node)]));
  return {
    title: `Inside of ${shown(context)}`,
    description: drawn.map((edge) => `${sentence(edge, names)}.`),
    boxes: boxes.map((node) => ({ id: node.id, kind: node.kind, lines: linesOf(node) })),
    arrows: drawn.map(({ from, to }) => ({ from, to, lines: [] })),
  };
}

function isOutside(id: string): boolean {
  return id.startsWith('context:') || id.startsWith('external:');
}

/** What a box's shape alone would not say stands under its name. */
const KINDS: Partial<Readonly<Record<FlowNode['kind'], string>>> = {
  external: 'not ours',
  aggregate: 'aggregate',
  reaction: 'reaction',
  effect: 'effect',
  process: 'process manager',
  'read-model': 'read model',
  timer: 'timer',
};

function linesOf(node: FlowNode): readonly string[] {
  const second = node.kind === 'recurring' ? shown(node.about) : KINDS[node.kind];
  return [nodeText(node), ...(second === undefined ? [] : [second])];
}

/** A node's name, as short as it can be within its context. */
function nodeText(node: FlowNode): string {
  switch (node.kind) {
    case 'contract':
      return contractText(node, undefined);
    case 'event':
    case 'timer':
      return shown(node.name.slice(node.name.lastIndexOf('/') + 1));
    default:
      return shown(node.name);
  }
}

/** Without its publisher's name before it, and with its version when that is not the first. */
export function contractText(
  { name, version }: Pick<FlowNode, 'name' | 'version'>,
  publisher: string | undefined,
): string {
  const short =
    publisher !== undefined && name.startsWith(`${publisher}.`)
      ? name.slice(publisher.length + 1)
      : name;
  return `${shown(short)}${version === null || version === 1 ? '' : ` v${version}`}`;
}

const VERBS: Readonly<Record<FlowEdge['kind'], string>> = {
  publishes: 'is published as',
  listens: 'is told to',
  decides: 'decides',
  sets: 'sets',
};

function sentence({ from, kind, to }: FlowEdge, names: ReadonlyMap<string, string>): string {
  return `${names.get(from)} ${VERBS[kind]} ${names.get(to)}`;
}

function shown(name: string): string {
  return cutText(lineText(name), NAME_WIDTH);
}
