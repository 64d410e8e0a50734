import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { Level } from '../../parts/level.tsx';

export type FlowEdgeData = {
  readonly path: string;
  /** None: it ends at a label, and goes on behind it. */
  readonly arrow: string | undefined;
  readonly perSecond: number;
  /** Not passed on: the more, the thicker. */
  readonly behind: number;
  readonly level: Level;
  /** Declared, and nothing of it was seen. */
  readonly isUnseen: boolean;
};

export type FlowEdge = Edge<FlowEdgeData, 'flow'>;

/** Where records wait it is thicker, in the colour of how bad that is. `FlowDots` shows those that flow. */
export const FlowEdgeLine = memo(function FlowEdgeLine({ id, data }: EdgeProps<FlowEdge>) {
  if (data === undefined) return null;
  const { path, arrow, perSecond, behind, level, isUnseen } = data;
  const width = level === 'good' ? 1.5 : Math.min(6, 2.5 + Math.log10(1 + behind));
  return (
    <g
      className={`map-edge map-${level}${isUnseen ? ' map-unseen' : ''}`}
      data-edge={id}
      data-level={level}
      data-per-second={perSecond}
    >
      <path className="map-line" d={path} style={{ strokeWidth: width }} />
      {arrow !== undefined && <path className="map-arrow" d={arrow} />}
    </g>
  );
});
