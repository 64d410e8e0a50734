import type { Edge, Node } from '@xyflow/react';
import { useMemo } from 'react';
import type { FlowGraph, FlowNode } from '../../../../src/inspection/flow-graph.ts';
import { Link } from '../../parts/link.tsx';
import { hrefTo } from '../../route.ts';
import { Canvas } from './canvas.tsx';
import { arrowAt, curveThrough } from './curve.ts';
import { type Laid, type Point, type Size, laidOut } from './layout.ts';
import { Legend } from './legend.tsx';
import { type Living, placed } from './overview.tsx';
import { SeenLists } from './seen-lists.tsx';
import { isListener, partEdge, partNode } from './parts-inside.ts';
import { useKept } from './use-kept.ts';
import { useWidth } from './use-width.ts';

/** What flows inside of one context, from what it is told to what it tells. */
export function Inside({ context, ...living }: Living & { readonly context: string }) {
  const { flows, seen } = living;
  const [measure, width] = useWidth();
  const laid = useMemo(() => layoutOf(flows), [flows]);
  const nodes = useKept(
    flows.nodes.map((node) =>
      placed(
        node.id,
        'part',
        laid.nodes.get(node.id) as Point,
        sizeOf(node),
        partNode(node, context, living),
      ),
    ) as Node[],
  );
  const edges = useKept(edgesOf(flows, laid, context, living));
  const scale = Math.min(1, width / laid.width);
  return (
    <>
      <div ref={measure}>
        {width > 0 && (
          <Canvas
            label={`Inside of ${context}`}
            nodes={nodes}
            edges={edges}
            height={Math.ceil(laid.height * scale) + 32}
            fitKey={`${context} ${width}`}
          />
        )}
      </div>
      <Legend />
      <PartsTable {...{ flows, context, living }} />
      <SeenLists seen={seen} context={context} />
    </>
  );
}

const PART: Size = { width: 206, height: 48 };
const LISTENER: Size = { width: 206, height: 74 };

function sizeOf(node: FlowNode): Size {
  return isListener(node) ? LISTENER : PART;
}

function layoutOf({ nodes, edges }: FlowGraph): Laid {
  const sizes = new Map(nodes.map((node) => [node.id, sizeOf(node)]));
  const lines = edges.map(({ from, to }, index) => ({ id: String(index), from, to }));
  return laidOut(sizes, lines, 'right', { between: 14, ranks: 46 });
}

function edgesOf(flows: FlowGraph, laid: Laid, context: string, living: Living): Edge[] {
  return flows.edges.map((edge, index) => {
    const { points } = laid.lines.get(String(index)) as { points: readonly Point[] };
    return {
      id: `${edge.from} > ${edge.to}`,
      type: 'flow',
      source: edge.from,
      target: edge.to,
      data: {
        path: curveThrough(points, laid.along),
        arrow: arrowAt(points, laid.along),
        ...partEdge(edge, flows, context, living),
      },
    };
  });
}

/** The same as the picture, as a list. */
function PartsTable({
  flows,
  context,
  living,
}: {
  readonly flows: FlowGraph;
  readonly context: string;
  readonly living: Living;
}) {
  const parts = flows.nodes.filter(isListener).map((node) => partNode(node, context, living));
  const names = new Map(flows.nodes.map(({ id, name }) => [id, name]));
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
              <th scope="col">Listens to</th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ kind, word, name, href, backlog }) => (
              <tr key={`${kind} ${name}`}>
                <th scope="row">
                  <Link href={href ?? hrefTo('subscriptions')}>{name}</Link>
                </th>
                <td>{word}</td>
                <td className="map-number">{backlog?.behind}</td>
                <td className="quiet">
                  {flows.edges
                    .filter(({ to }) => to === `${kind}:${name}`)
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
