import type { Node } from '@xyflow/react';
import { useMemo } from 'react';
import type { FlowNode } from '../../../../src/inspection/flow-graph.ts';
import { Link } from '../../parts/link.tsx';
import { hrefTo } from '../../route.ts';
import { behindText } from './behind-text.ts';
import { Canvas } from './canvas.tsx';
import { arrowAt, curveThrough } from './curve.ts';
import { type InsideGraph, insideOf } from './inside-graph.ts';
import type { FlowEdge } from './flow-edge.tsx';
import { type Laid, type Point, type Size, laidOut } from './layout.ts';
import { Legend } from './legend.tsx';
import { type Living, placed } from './overview.tsx';
import { SeenLists } from './seen-lists.tsx';
import { type LivingInside, isListener, partEdge, partNode } from './parts-inside.ts';
import { useKept } from './use-kept.ts';
import { useWidth } from './use-width.ts';
import { WaitingLinks } from './waiting-links.tsx';

/** What flows inside of one context, from what it is told to what it tells. */
export function Inside({ context, ...living }: Living & { readonly context: string }) {
  const { flows, seen } = living;
  const [measure, width] = useWidth();
  // What is seen is asked for anew, and mostly the same: then all stays where it is.
  const [drawn] = useKept([{ id: context, graph: insideOf(flows, seen) }]);
  const graph = drawn?.graph as InsideGraph;
  const laid = useMemo(() => layoutOf(graph), [graph]);
  const inside = { ...living, context, graph };
  const nodes = useKept(nodesOf(laid, inside));
  const edges = useKept(edgesOf(laid, inside));
  return (
    <>
      <div ref={measure}>
        {width > 0 && (
          <Canvas
            label={`Inside of ${context}`}
            nodes={nodes}
            edges={edges}
            width={width}
            size={laid}
            placeKey={`${context} ${width} ${graph.nodes.length} ${graph.edges.length}`}
          />
        )}
      </div>
      <Legend />
      <PartsTable {...inside} />
      <SeenLists seen={seen} context={context} />
    </>
  );
}

const PART: Size = { width: 178, height: 48 };
const LISTENER: Size = { width: 178, height: 82 };

function sizeOf(node: FlowNode): Size {
  return isListener(node) ? LISTENER : PART;
}

function layoutOf({ nodes, edges }: InsideGraph): Laid {
  const sizes = new Map(nodes.map((node) => [node.id, sizeOf(node)]));
  const lines = edges.map(({ from, to }, index) => ({ id: String(index), from, to }));
  return laidOut(sizes, lines, 'right', { between: 14, ranks: 30 });
}

function nodesOf(laid: Laid, inside: LivingInside): Node[] {
  return inside.graph.nodes.map((node) =>
    placed(node.id, 'part', laid.nodes.get(node.id) as Point, sizeOf(node), {
      ...partNode(node, inside),
    }),
  );
}

function edgesOf(laid: Laid, inside: LivingInside): FlowEdge[] {
  return inside.graph.edges.map((edge, index) => {
    const { points } = laid.lines.get(String(index)) as { points: readonly Point[] };
    return {
      id: `${edge.from} > ${edge.to}`,
      type: 'flow',
      source: edge.from,
      target: edge.to,
      data: {
        path: curveThrough(points, laid.along),
        arrow: arrowAt(points, laid.along),
        ...partEdge(edge, inside),
      },
    };
  });
}

/** The same as the picture, as a list. */
function PartsTable(inside: LivingInside) {
  const { context, graph } = inside;
  const parts = graph.nodes.filter(isListener).map((node) => partNode(node, inside));
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]));
  if (parts.length === 0) return null;
  return (
    <section className="map-section">
      <h2>What listens in {context}</h2>
      <div
        className="map-scroll"
        role="region"
        aria-label={`What listens in ${context}`}
        tabIndex={0}
      >
        <table className="map-table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Kind</th>
              <th scope="col" className="map-number">
                Behind
              </th>
              <th scope="col">Waits</th>
              <th scope="col">Listens to</th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ kind, word, name, href, backlog, subscription = name }) => (
              <tr key={`${kind} ${name}`}>
                <th scope="row">
                  <Link href={href ?? hrefTo('subscriptions')}>{name}</Link>
                </th>
                <td>{word}</td>
                <td className="map-number">{backlog && behindText(backlog)}</td>
                <td>
                  {backlog && (
                    <span className="map-waits">
                      <WaitingLinks {...{ context, subscription, waiting: backlog.waiting }} />
                    </span>
                  )}
                </td>
                <td className="quiet">
                  {graph.edges
                    .filter(
                      ({ to, kind: leads }) => leads === 'listens' && to === `${kind}:${name}`,
                    )
                    .map(({ from }) => names.get(from))
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
