import '@xyflow/react/dist/style.css';
import { Controls, type Edge, type Node, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { type ReactNode, useEffect, useState } from 'react';
import { BundleBox } from './bundle-node.tsx';
import { ContextBox } from './context-node.tsx';
import { FlowEdgeLine } from './flow-edge.tsx';
import { PartBox } from './part-node.tsx';

const NODE_TYPES = { context: ContextBox, bundle: BundleBox, part: PartBox };
const EDGE_TYPES = { flow: FlowEdgeLine };
const FIT = { padding: 0.01, maxZoom: 1.15 };

/** A picture to look at, to move and to zoom: what is on it is placed for good. */
export function Canvas({
  label,
  nodes,
  edges,
  height,
  fitKey,
  onNodeClick,
  children,
}: {
  readonly label: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly height: number;
  /** All of it is brought into view whenever this is another one. */
  readonly fitKey: string;
  readonly onNodeClick?: (id: string) => void;
  readonly children?: ReactNode;
}) {
  const [flow, setFlow] = useState<ReactFlowInstance>();
  useEffect(() => {
    // After the picture itself has taken its new size.
    const frame = requestAnimationFrame(() => void flow?.fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [flow, fitKey]);
  return (
    <div className="map-canvas" role="group" aria-label={label} style={{ height }}>
      <ReactFlow
        nodes={nodes as Node[]}
        edges={edges as Edge[]}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onInit={setFlow}
        fitView
        fitViewOptions={FIT}
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
        {children}
      </ReactFlow>
    </div>
  );
}
