import '@xyflow/react/dist/style.css';
import { Controls, type Node, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { useEffect, useState } from 'react';
import { BundleBox } from './bundle-node.tsx';
import { ContextBox } from './context-node.tsx';
import { FlowDots } from './flow-dots.tsx';
import { type FlowEdge, FlowEdgeLine } from './flow-edge.tsx';
import type { Size } from './layout.ts';
import { PartBox } from './part-node.tsx';

const NODE_TYPES = { context: ContextBox, bundle: BundleBox, part: PartBox };
const EDGE_TYPES = { flow: FlowEdgeLine };
const MARGIN = 14;
/** Smaller than this nobody can read it, or hit it with a finger: then only a part is in view at first. */
const ZOOM_MIN = 0.72;

/** A picture to look at, to move and to zoom: what is on it is placed for good. */
export function Canvas({
  label,
  nodes,
  edges,
  width,
  size,
  placeKey,
  onNodeClick,
}: {
  readonly label: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly FlowEdge[];
  /** What there is for it. */
  readonly width: number;
  /** What is on it. */
  readonly size: Size;
  /** It is put in its place again whenever this is another one. */
  readonly placeKey: string;
  readonly onNodeClick?: (id: string) => void;
}) {
  const [flow, setFlow] = useState<ReactFlowInstance<Node, FlowEdge>>();
  const fit = (width - 2 * MARGIN) / size.width;
  const zoom = Math.max(ZOOM_MIN, Math.min(1, fit));
  const x = Math.max(MARGIN, (width - size.width * zoom) / 2);
  const place = { x, y: MARGIN, zoom };
  useEffect(() => {
    void flow?.setViewport(place);
  }, [flow, placeKey]);
  const height = Math.ceil(size.height * zoom) + 2 * MARGIN;
  return (
    <div className="map-canvas" role="group" aria-label={label} style={{ height }}>
      <ReactFlow
        nodes={nodes as Node[]}
        edges={edges as FlowEdge[]}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onInit={setFlow}
        defaultViewport={place}
        fitViewOptions={{ padding: 0.02, maxZoom: 1 }}
        minZoom={0.2}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        onNodeClick={(click, node) => {
          // A link in it leads where it says.
          if ((click.target as Element).closest('a') === null) onNodeClick?.(node.id);
        }}
      >
        <Controls showInteractive={false} position="top-right" />
        <FlowDots edges={edges} />
      </ReactFlow>
    </div>
  );
}
