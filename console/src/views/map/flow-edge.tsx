import type { Edge, EdgeProps } from '@xyflow/react';
import { memo, useEffect, useRef } from 'react';
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

/** Dots run along it as fast as records come; where records wait it is thicker, in the colour of how bad that is. */
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
      {perSecond > 0 && <Dots path={path} perSecond={perSecond} />}
      {arrow !== undefined && <path className="map-arrow" d={arrow} />}
    </g>
  );
});

/** The animation takes a second for one dot to reach the place of the next: it is played that much faster. */
function Dots({ path, perSecond }: { readonly path: string; readonly perSecond: number }) {
  const dots = useRef<SVGPathElement>(null);
  useEffect(() => {
    // Its speed alone is changed: anew, the dots would jump.
    for (const animation of dots.current?.getAnimations() ?? [])
      animation.updatePlaybackRate(dotsPerSecond(perSecond));
  }, [perSecond]);
  return <path ref={dots} className="map-dots" d={path} />;
}

/** A dot is a record; of many a second no eye could follow each, so that they gain less and less. */
function dotsPerSecond(perSecond: number): number {
  return perSecond < 3 ? perSecond : 3 + Math.log2(perSecond / 3);
}
